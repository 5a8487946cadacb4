/** Shows a run until it ends and prints its result: what `run` and `runs watch` have in common. */
import { type Platform } from '#adapters/platform.ts';
import { type RunId } from '#core/ids.ts';
import { isJsonObject } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { type FinishedRun } from '#core/run/types.ts';
import { timelineOf } from '#core/run/timeline.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type FollowOptions, followRun } from './follow.ts';
import { type RunView } from './live-view.ts';
import { type Output } from './output.ts';
import { exitOf, resultOf } from './result.ts';

export interface WatchOptions extends FollowOptions {
  readonly output: Output;
  readonly view: RunView;
  /** Every timeline entry as a JSON line on stdout, too. */
  readonly json: boolean;
}

export interface EndedRun {
  readonly run: FinishedRun;
  readonly commits: readonly Commit[];
}

/** The ended run; `undefined` where `signal` aborted first. */
export async function watchRun(
  platform: Platform,
  runId: RunId,
  options: WatchOptions,
): Promise<EndedRun | undefined> {
  const { output, view, json } = options;
  let shown = 0;
  try {
    for await (const { commits, run } of followRun(platform.store.commits, runId, options)) {
      view.show(commits);
      if (json) {
        const entries = timelineOf(commits);
        for (const entry of entries.slice(shown)) output.data(JSON.stringify({ run: runId, ...entry }));
        shown = entries.length;
      }
      if (run.status === 'finished') return { run, commits };
    }
    return undefined;
  } finally {
    view.end();
  }
}

/** The result as one JSON line, the last of stdout; and who answered, where that was no real model. */
export async function printResult(
  platform: Platform,
  output: Output,
  { run, commits }: EndedRun,
): Promise<ExitCode> {
  if (askedScriptedModel(commits))
    output.problem('The scripted model answered, not a real one: set OPENAI_API_KEY to ask a real model.');
  output.data(JSON.stringify(await resultOf(platform.store.blobs, run)));
  return exitOf(run);
}

/** From what was recorded: another process may have done the work, with other settings. */
const askedScriptedModel = (commits: readonly Commit[]): boolean =>
  commits
    .flatMap((commit) => commit.events)
    .some(
      (event) =>
        event.type === 'step.completed' && isJsonObject(event.usage) && event.usage['model'] === 'scripted',
    );

export function sayInterrupted(output: Output, runId: RunId): ExitCode {
  output.problem(
    `interrupted: run ${runId} is not lost. ./baton dev goes on with it; ./baton runs watch ${runId} follows it. (Ctrl-C again ends at once.)`,
  );
  return exitCodes.interrupted;
}
