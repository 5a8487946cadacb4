/** The real command line, started as a person or a script starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { env as surroundings } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

export const root = resolve(import.meta.dirname, '..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  /** Another tree than this one: a copy with other agents (`tree.fixture.ts`). */
  readonly tree?: string;
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
  /** Killed after so long, so that what hangs fails its test; a minute unless given. */
  readonly lifeMs?: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
}

/** Runs to the end; killed after a minute, so that a hanging command fails its test. */
export const baton = (args: readonly string[], options: Options = {}): Promise<Ended> =>
  startBaton(args, options).ended;

export function startBaton(args: readonly string[], options: Options = {}): Started {
  const child = spawn(process.execPath, [join(options.tree ?? root, 'cli/main.ts'), ...args], {
    cwd: options.cwd ?? options.tree ?? root,
    env: { ...cleanEnv(), ...(options.dataDir && { BATON_DATA_DIR: options.dataDir }), ...options.env },
    stdio: 'pipe',
    timeout: options.lifeMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** What the tests' own surroundings set must not change what is seen. */
function cleanEnv(): NodeJS.ProcessEnv {
  const foreign = /^(?:BATON_|OPENAI_|KAFKA_|MONGODB_|OTEL_|JAEGER_|CI$|NO_COLOR$|FORCE_COLOR$|NODE_TEST)/;
  return Object.fromEntries(Object.entries(surroundings).filter(([name]) => !foreign.test(name)));
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited 30 s in vain: ${what}`);
    await pause(25);
  }
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'baton-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/** No command may ever show one. */
export const hasStack = (text: string): boolean => /^\s+at .+:\d+:\d+\)?$/m.test(text);

/** The last line of stdout of `run` and `runs watch`. */
export interface Result {
  readonly run: string;
  readonly workflow: string;
  readonly status: string;
  readonly outputs: Record<string, unknown>;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly step?: string;
  readonly by?: string;
  readonly reason?: string;
}

export const resultOf = (stdout: string): Result => JSON.parse(lastLine(stdout)) as Result;
