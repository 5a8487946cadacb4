/** Shows a run until it ends and prints its result: what `run` and `runs watch` have in common. */
import { type Platform } from '#adapters/platform.ts';
import { type FailureCode } from '#core/failure.ts';
import { type RunId } from '#core/ids.ts';
import { isJsonObject } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { type FinishedRun } from '#core/run/types.ts';
import { stepsOf, timelineOf } from '#core/run/timeline.ts';
import { type Awaited, awaitedIn, awaitedLines, onlyPeopleAwaited, waitingJson } from './awaited.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type FollowOptions, followRun } from './follow.ts';
import { type RunView } from './live-view.ts';
import { type Output } from './output.ts';
import { iso } from './record-text.ts';
import { exitOf, resultOf } from './result.ts';
import { clip } from './text-width.ts';

export interface WatchOptions extends FollowOptions {
  readonly output: Output;
  readonly view: RunView;
  /** Every timeline entry as a JSON line on stdout, too. */
  readonly json: boolean;
  /** Ends as well where nothing goes on until somebody decides. */
  readonly untilWaiting?: boolean;
}

export interface EndedRun {
  readonly run: FinishedRun;
  readonly commits: readonly Commit[];
}

/** What was seen; neither of the others where `signal` aborted first. */
export interface Watched {
  readonly commits: readonly Commit[];
  readonly ended?: EndedRun;
  /** The decisions that are waited for, with `untilWaiting`. */
  readonly awaited?: readonly Awaited[];
}

export async function watchRun(platform: Platform, runId: RunId, options: WatchOptions): Promise<Watched> {
  const { output, view, json } = options;
  let shown = 0;
  let last: readonly Commit[] = [];
  let told = '';
  try {
    for await (const { commits, run } of followRun(platform.store.commits, runId, options)) {
      last = commits;
      view.show(commits);
      if (json) {
        const entries = timelineOf(commits);
        for (const entry of entries.slice(shown))
          output.data(JSON.stringify({ run: runId, ...entry, at: iso(entry.at) }));
        shown = entries.length;
      }
      if (run.status === 'finished') return { commits, ended: { run, commits } };
      if (!onlyPeopleAwaited(run)) continue;
      const awaited = awaitedIn(commits);
      if (options.untilWaiting === true) return { commits, awaited };
      const lines = awaitedLines(runId, awaited, Date.now()).join('\n');
      const steps = awaited.map(({ step }) => step).join(' ');
      if (steps !== told) view.note(lines);
      told = steps;
    }
    return { commits: last };
  } finally {
    view.end();
  }
}

/**
 * The result as one JSON line, the last of stdout. That no real model answered is said even with `--quiet`: nobody shall
 * take what a script wrote for an answer.
 */
export async function printResult(
  platform: Platform,
  output: Output,
  { run, commits }: EndedRun,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  if (askedScriptedModel(commits))
    output.problem('The scripted model answered. Set OPENAI_API_KEY to ask a real one.');
  const line = JSON.stringify(await resultOf(platform.store.blobs, run));
  if (json === true) output.data(line);
  else printLine(output, run.runId, line);
  if (run.outcome.status !== 'completed')
    output.note(
      `./baton runs get ${run.runId} shows what happened; ` +
        (wouldRepeat({ run, commits })
          ? 'a retry would end the same way: change the workflow or its input, and start a new run.'
          : `./baton runs retry ${run.runId} starts again where it stopped.`),
    );
  return exitOf(run);
}

/** Failures that follow from the definition, the input and what is recorded, all of which a retry keeps. */
const settledCodes: ReadonlySet<string> = new Set<FailureCode>([
  ...(['EXPR_EVAL', 'EXPR_TYPE', 'EXPR_NO_SUCH_KEY', 'EXPR_COST'] as const),
  ...(['INPUT_INVALID', 'REQUEST_INVALID'] as const),
]);

/** A step that failed otherwise is done again, and may then give something else to read. */
const wouldRepeat = ({ run: { outcome }, commits }: EndedRun): boolean =>
  outcome.status === 'failed' &&
  [outcome, ...stepsOf(commits).filter(({ status }) => status !== 'completed')].every(
    ({ failure }) => failure === undefined || settledCodes.has(failure.code),
  );

/** On a terminal a result of many lines would push away what happened: its beginning stands there, and how to see all. */
function printLine(output: Output, runId: RunId, line: string): void {
  const columns = output.columns();
  const clipped = columns === undefined ? line : clip(line, resultRows * columns);
  output.data(clipped);
  if (clipped !== line) output.note(`That is the beginning; all of it: ./baton runs get ${runId}`);
}

const resultRows = 4;

/** From what was recorded: another process may have done the work, with other settings. */
const askedScriptedModel = (commits: readonly Commit[]): boolean =>
  commits
    .flatMap((commit) => commit.events)
    .some(
      (event) =>
        event.type === 'step.completed' && isJsonObject(event.usage) && event.usage['model'] === 'scripted',
    );

/** Only people are waited for: who is asked what, as a line of data, and how to answer. */
export function sayAwaited(
  output: Output,
  { runId, workflow }: { readonly runId: RunId; readonly workflow: string },
  awaited: readonly Awaited[],
): ExitCode {
  output.data(JSON.stringify(waitingJson(runId, workflow, awaited)));
  for (const line of awaitedLines(runId, awaited, Date.now())) output.problem(line);
  return exitCodes.waiting;
}

/** Where the run stands, that it is not lost, and how to go on. */
export function sayInterrupted(output: Output, runId: RunId, { commits }: Watched): ExitCode {
  output.problem(
    `interrupted: run ${runId} ${standing(commits)}; it is not lost.\n` +
      `help: ./baton dev goes on with it; ./baton runs watch ${runId} follows it. (Ctrl-C again ends at once.)`,
  );
  return exitCodes.interrupted;
}

/** As `sayInterrupted`, before the reason is told. */
export const sayBroken = (output: Output, runId: RunId, { commits }: Watched): void =>
  output.problem(
    `Run ${runId} ${standing(commits)}; it is not lost: once the cause is mended, ./baton dev goes on with it.`,
  );

function standing(commits: readonly Commit[]): string {
  if (commits.length === 0) return 'has been asked for and has not begun';
  const steps = stepsOf(commits);
  const all = commits[0]?.events.find((event) => event.type === 'run.started')?.steps ?? steps.length;
  const done = steps.filter(({ status }) => status === 'completed' || status === 'skipped').length;
  const open = steps.filter(({ status }) => ['running', 'backingOff', 'undecided'].includes(status));
  const names = open.slice(0, 5).map(({ step }) => step);
  const more = open.length > names.length ? ` and ${open.length - names.length} more` : '';
  return `is running: ${done} of ${all} steps done${names.length === 0 ? '' : `, ${names.join(', ')}${more} in flight`}`;
}
