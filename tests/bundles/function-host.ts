/** The sandboxes of one function: one event at a time each, kept frozen and used again; another where none is free. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from './sandbox.ts';

export interface HostedFunction {
  readonly name: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
  invoke(event: unknown, deadlineAt?: number): Promise<unknown>;
  /** All that were started, the dead among them. */
  readonly sandboxes: readonly Sandbox[];
  /** What became of each invocation, in order. */
  readonly ends: readonly End[];
  /** The next event has only so many milliseconds. */
  shortenNext(ms: number): void;
  /** What it wrote, line by line. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

export type End =
  | { readonly type: 'answered'; readonly answer: unknown }
  /** Also: killed. */
  | { readonly type: 'failed'; readonly message: string };

export interface FunctionOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly handler: string;
  /** The asset, as `cdk.out` has it. */
  readonly asset: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly urlPort: number;
}

export function hostFunction({ name, timeoutMs, asset, ...options }: FunctionOptions): HostedFunction {
  // Far from this repository: nothing above it has packages.
  const task = mkdtempSync(join(tmpdir(), `baton-task-${name}-`));
  cpSync(asset, task, { recursive: true });
  const sandboxes: Sandbox[] = [];
  const free: Sandbox[] = [];
  const lines: string[] = [];
  const starting = new Set<Promise<Sandbox>>();
  const ends: End[] = [];
  let shortened: number | undefined;
  let closed = false;
  const start = async (): Promise<Sandbox> => {
    const begun = startSandbox({ ...options, task, functionName: name, onLine: (line) => lines.push(line) });
    starting.add(begun);
    try {
      const sandbox = await begun;
      sandboxes.push(sandbox);
      return sandbox;
    } finally {
      starting.delete(begun);
    }
  };
  return {
    name,
    timeoutMs,
    sandboxes,
    lines,
    ends,
    shortenNext: (ms) => void (shortened = ms),
    async invoke(event, deadlineAt) {
      if (closed) throw new Error(`${name} is closed`);
      const within = shortened;
      shortened = undefined;
      const sandbox = free.pop() ?? (await start());
      try {
        // Time counts from the event, not from the start of the sandbox.
        const endsAt = within === undefined ? deadlineAt : Date.now() + within;
        const answer = await sandbox.invoke(event, endsAt ?? Date.now() + timeoutMs);
        ends.push({ type: 'answered', answer });
        return answer;
      } catch (error) {
        ends.push({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
        throw error;
      } finally {
        if (sandbox.alive()) free.push(sandbox);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(starting);
      await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
      rmSync(task, { recursive: true });
    },
  };
}
