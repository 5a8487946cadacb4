/**
 * Stops what was started, by process id, and nothing else: an id that is another process by now is left alone.
 * An entry leaves the state file once its process has ended (state.ts, S2).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ServicesError } from './problem.ts';
import { identityOf } from '#adapters/process-identity.ts';
import { readState, type ServiceName, type Started, withoutService, writeState } from './state.ts';

export interface StopOptions {
  readonly stateFile: string;
  readonly say: (line: string) => void;
  /** Asked to end by SIGTERM they flush; whoever is not gone by then is killed. Default 20 s. */
  readonly politeMs?: number;
}

const killedMs = 5_000;

export async function stopService(name: ServiceName, options: StopOptions): Promise<void> {
  const started = readState(options.stateFile)[name];
  if (started === undefined) return options.say(`${name}: was not started`);
  options.say(`${name}: ${await end(name, started, options.politeMs ?? 20_000)}`);
  writeState(options.stateFile, withoutService(readState(options.stateFile), name));
}

async function end(name: ServiceName, started: Started, politeMs: number): Promise<string> {
  const { pid } = started;
  const now = identityOf(pid);
  if (now === undefined) return `process ${pid} had ended already`;
  if (now !== started.identity) return `process ${pid} is another one by now: left alone`;
  // Stopped processes take no other signal.
  signal(pid, 'SIGCONT');
  signal(pid, 'SIGTERM');
  if (await isGone(started, politeMs)) return `stopped (process ${pid})`;
  signal(pid, 'SIGKILL');
  if (await isGone(started, killedMs))
    return `killed (process ${pid}): it did not end within ${politeMs / 1000} s`;
  throw new ServicesError({
    what: `${name} (process ${pid}) goes on after SIGTERM and SIGKILL`,
    expected: 'its end',
    fix: `look what holds it (\`ps -o stat,wchan -p ${pid}\`), then run \`npm run services -- down\` again.`,
  });
}

async function isGone(started: Started, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (identityOf(started.pid) === started.identity) {
    if (performance.now() > deadline) return false;
    await pause(50);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // Ended since we looked.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
