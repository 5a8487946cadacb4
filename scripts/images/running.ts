/** Programs of images that run: started, waited for, told to stop. */
import { type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServicesError } from '../services/problem.ts';
import { lastLines } from '../services/tools.ts';
import { type Buildah } from './buildah.ts';
import { type ComposeProgram } from './compose-programs.ts';
import { lastOf } from './process-tree.ts';

export interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly log: string;
  readonly ended: Promise<number | string>;
}

export interface Starting {
  readonly buildah: Buildah;
  readonly logs: string;
  /** By image. */
  readonly containers: ReadonlyMap<string, string>;
}

/** Starts what the image starts (its entrypoint) with the compose file's command. */
export async function startProgram(
  { buildah, logs, containers }: Starting,
  { name, image, command, env }: ComposeProgram,
): Promise<Running> {
  const { entrypoint } = await buildah.inspect(image);
  const log = join(logs, `${name}.log`);
  const child = buildah.start(containers.get(image) ?? '', { words: [...entrypoint, ...command], env, log });
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
  return { name, child, log, ended };
}

/** Resolves with its end, which must be 0. */
export async function finish(running: Running, withinMs: number): Promise<void> {
  const end = await Promise.race([running.ended, pause(withinMs, 'still running', { ref: false })]);
  if (end !== 0) throw wrongEnd(running, `ended with ${end}`, `0 within ${withinMs / 1000} s`);
}

/** Told to stop as a container is; must end with 0 in time. */
export async function stopProgram(running: Running, withinMs: number): Promise<void> {
  const { pid, exitCode } = running.child;
  if (pid !== undefined && exitCode === null) process.kill(lastOf(pid), 'SIGTERM');
  await finish(running, withinMs);
}

/** For whatever is left after a failure. */
export function killProgram({ child }: Running): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    process.kill(lastOf(child.pid), 'SIGKILL');
}

/** Asks an address until it answers with 200; the end of the program ends the asking. */
export async function answers(running: Running, url: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const status = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      (answer) => answer.status,
      (error: unknown) => String(error),
    );
    if (status === 200) return;
    if (running.child.exitCode !== null || performance.now() > deadline)
      throw wrongEnd(running, `${url} answers ${status}`, '200');
    await pause(100);
  }
}

const wrongEnd = (running: Running, what: string, expected: string): ServicesError =>
  new ServicesError({
    what: `${running.name}: ${what}; the last lines it printed:\n${lastLines(running.log)}`,
    expected,
    fix: `mend what these lines tell; all of them are in ${running.log}`,
  });
