/**
 * One sandbox of a function: a process with the code of its asset and the template's variables, and nothing else.
 * SB1. Frozen (SIGSTOP) as soon as it has answered, thawed for its next event alone: what it left for later waits.
 * SB2. Killed (SIGKILL) at its deadline, whatever it does then.
 * SB3. Files outside of its own folder cannot be read (Node's permission model): no package of this repository either.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromSandbox, Invocation, Start } from './runtime.ts';

export interface SandboxOptions extends Omit<Start, 'urlPort'> {
  readonly urlPort: number;
  readonly env: Readonly<Record<string, string>>;
  /** Files outside of the task's folder that it may read. */
  readonly files: readonly string[];
  /** Takes each line it writes. */
  readonly onLine: (line: string) => void;
}

export interface Sandbox {
  readonly pid: number;
  readonly importMs: number;
  /** Resolves with the answer's JSON, parsed. Rejects where the function threw, or was killed. */
  invoke(event: unknown, deadlineAt: number): Promise<unknown>;
  readonly alive: () => boolean;
  kill(): Promise<void>;
}

const runtime = join(import.meta.dirname, 'runtime.ts');
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { env, files, onLine, ...start } = options;
  const readable = [start.task, runtime, ...files].map((path) => `--allow-fs-read=${path}`);
  const child = fork(runtime, [JSON.stringify(start)], {
    cwd: start.task,
    env: { ...env },
    execArgv: ['--permission', '--allow-worker', '--no-warnings', ...readable],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  for (const stream of [child.stdout, child.stderr]) takeLines(stream, onLine);
  const gone = once(child, 'exit').then(([code, signal]) => `${String(code ?? signal)}`);
  const first = await Promise.race([messageOf(child), gone]);
  if (typeof first === 'string' || first.type !== 'ready')
    throw new Error(`${start.functionName} did not load: ${typeof first === 'string' ? first : first.type}`);
  child.kill('SIGSTOP'); // SB1
  return {
    pid: child.pid ?? 0,
    importMs: first.importMs,
    invoke: (event, deadlineAt) => invoke(child, gone, { id: randomUUID(), event, deadlineAt }),
    alive: () => child.exitCode === null && child.signalCode === null,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function invoke(child: ChildProcess, gone: Promise<string>, invocation: Invocation): Promise<unknown> {
  const deadline = setTimeout(() => child.kill('SIGKILL'), invocation.deadlineAt - Date.now()); // SB2
  try {
    child.kill('SIGCONT');
    const answer = messageOf(child);
    child.send(invocation);
    const message = await Promise.race([answer, gone]);
    if (typeof message === 'string') throw new Error(`the sandbox ended with ${message}`);
    child.kill('SIGSTOP'); // SB1
    if (message.type === 'answered') return JSON.parse(message.json);
    const what = message.type === 'threw' ? `${message.name}: ${message.message}` : message.type;
    throw new Error(`the function threw ${what}`);
  } finally {
    clearTimeout(deadline);
  }
}

const messageOf = (child: ChildProcess): Promise<FromSandbox> =>
  new Promise((resolve) => child.once('message', (message) => resolve(message as FromSandbox)));

function takeLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}
