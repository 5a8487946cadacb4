/** The workers of a small deployment, as containers would run them: two of each kind, replaced when they are killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { env as surroundings } from 'node:process';

export type Kind = 'orchestrator' | 'agents';

export interface Fleet {
  /** One of this kind ends by SIGKILL; another takes its place at once. */
  kill(kind: Kind): Promise<void>;
  /** One of this kind does nothing until the returned function is called. */
  stop(kind: Kind): () => void;
  /** Every log line of every worker so far, parsed, in order of time. */
  lines(): readonly LogLine[];
  close(): Promise<void>;
}

export interface LogLine {
  readonly time: string;
  readonly message: string;
  readonly invocation?: string;
  /** The process that wrote it. */
  readonly worker: number;
}

const functions: Readonly<Record<Kind, readonly string[]>> = {
  orchestrator: ['orchestrator', 'timer', 'output-logger'],
  agents: [
    'agent-kafka-expert',
    'agent-terraform-generator',
    'http-bridge-app-designer',
    'http-agent-app-designer',
  ],
};
const main = join(import.meta.dirname, '../../cli/main.ts');

export async function openFleet(environment: Readonly<Record<string, string>>, home: string): Promise<Fleet> {
  const lines: LogLine[] = [];
  const workers: Record<Kind, ChildProcess[]> = { orchestrator: [], agents: [] };
  let turn = 0;

  const start = (kind: Kind): void => {
    const child = spawn(process.execPath, [main, 'worker', ...functions[kind]], {
      env: {
        ...surroundings,
        ...environment,
        BATON_DATA_DIR: home,
        BATON_DEVELOPMENT: 'true',
        // Which partitions a member has, and what a client complains of, is wanted where something was lost.
        BATON_LOG: 'debug',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    readLines(child, lines);
    workers[kind].push(child);
  };
  const one = (kind: Kind): ChildProcess => {
    const child = workers[kind][(turn += 1) % workers[kind].length];
    if (child === undefined) throw new Error(`no ${kind} is running`);
    return child;
  };

  for (const kind of ['orchestrator', 'agents', 'orchestrator', 'agents'] as const) start(kind);
  return {
    async kill(kind) {
      const child = one(kind);
      workers[kind] = workers[kind].filter((each) => each !== child);
      await ended(child, 'SIGKILL');
      start(kind);
    },
    stop(kind) {
      const child = one(kind);
      child.kill('SIGSTOP');
      return () => void child.kill('SIGCONT');
    },
    lines: () => lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
    async close() {
      await Promise.all(
        Object.values(workers)
          .flat()
          .map((child) => ended(child, 'SIGTERM')),
      );
    },
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

function readLines(child: ChildProcess, lines: LogLine[]): void {
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts)
      if (part.startsWith('{"time"'))
        lines.push({ ...(JSON.parse(part) as LogLine), worker: child.pid ?? 0 });
  });
}
