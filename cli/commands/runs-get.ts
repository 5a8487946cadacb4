/** `runs get <id>`: one run with its steps, failure, outputs and timeline. */
import { type Json } from '#core/json.ts';
import { type Commit, type RunRow, type Store } from '#core/ports.ts';
import { absent, evolveCommit } from '#core/run/evolve.ts';
import { durationText, skipText, stepsOf, type StepSummary, timelineOf } from '#core/run/timeline.ts';
import { type RunState } from '#core/run/types.ts';
import { awaitedIn, awaitedLines } from '../awaited.ts';
import { resolveBegunRun } from '../begun-run.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readPlatform } from '../open.ts';
import { oneLine } from '../record-text.ts';
import { resultOf, valueOf } from '../result.ts';
import { stepNames } from '../step-names.ts';
import { table } from '../table.ts';
import { rowJson } from './runs-list.ts';

export interface GetOptions {
  readonly json?: boolean;
}

interface Found {
  readonly row: RunRow;
  readonly commits: readonly Commit[];
  readonly run: RunState;
  readonly steps: readonly StepSummary[];
  readonly input: Json;
  /** Outputs, failure or who cancelled: what `run` prints. Absent while it is not over. */
  readonly result?: Readonly<Record<string, Json>>;
}

export async function runsGetCommand(context: Context, id: string, options: GetOptions): Promise<ExitCode> {
  return readPlatform(context, async (platform, config) => {
    const found = await find(platform.store, await resolveBegunRun(platform, config, id));
    context.output.data(options.json === true ? JSON.stringify(jsonOf(found)) : textOf(found));
    return exitCodes.ok;
  });
}

async function find(store: Store, row: RunRow): Promise<Found> {
  const commits = await store.commits.history(row.runId);
  const run = commits.reduce(evolveCommit, absent);
  const digest = run.status === 'absent' ? row.digest : run.workflow?.digest;
  const steps = stepsOf(commits, await stepNames(store.definitions, digest));
  const input = run.status === 'absent' ? null : await valueOf(store.blobs, run, run.input);
  const found = { row, commits, run, steps, input };
  return run.status === 'finished' ? { ...found, result: await resultOf(store.blobs, run) } : found;
}

function jsonOf({ row, commits, run, steps, input, result }: Found): unknown {
  return {
    ...rowJson(row),
    version: run.status === 'absent' ? row.version : run.version,
    definition: run.status === 'absent' ? undefined : run.workflow,
    retryOf: run.status === 'absent' ? undefined : run.retryOf,
    input,
    ...result,
    steps: steps.map(({ startedAt, endedAt, retryAt, approval, ...step }) => ({
      ...step,
      approval: approval && { ...approval, deadlineAt: iso(approval.deadlineAt) },
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
      retryAt: iso(retryAt),
    })),
    timeline: timelineOf(commits).map((entry) => ({ ...entry, at: iso(entry.at) })),
  };
}

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

function textOf({ row, commits, run, steps, input, result }: Found): string {
  const version = run.status === 'absent' || run.workflow === undefined ? '' : ` ${run.workflow.version}`;
  const timeline = timelineOf(commits);
  const from = timeline[0]?.at ?? row.startedAt;
  const parts = [
    `${row.runId}  ${oneLine(row.workflow)}${version}  ${row.status}${took(row)}`,
    run.status === 'absent' || run.retryOf === undefined ? '' : `retry of run ${run.retryOf}`,
    `input ${JSON.stringify(input, null, 2)}`,
    steps.length === 0
      ? ''
      : table(['STEP', 'STATUS', 'ATTEMPTS', 'AGENT', 'TOOK', ''], steps.map(stepCells)),
    timeline.length === 0
      ? ''
      : `timeline (from ${new Date(from).toISOString()})\n${timeline
          .map(
            (entry) =>
              `  +${((entry.at - from) / 1000).toFixed(3)}s  ${oneLine(entry.text).replace(/\s+/g, ' ')}`,
          )
          .join('\n')}`,
    awaitedLines(row.runId, awaitedIn(commits), Date.now()).join('\n'),
    resultText(result),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const took = (row: RunRow): string =>
  row.endedAt === undefined ? '' : `  ${durationText(row.endedAt - row.startedAt)}`;

const stepCells = (step: StepSummary): readonly string[] => [
  step.step,
  step.status,
  String(step.attempts),
  step.agent ?? '',
  step.startedAt === undefined || step.endedAt === undefined
    ? ''
    : durationText(step.endedAt - step.startedAt),
  oneLine(remarkOf(step)),
];

function remarkOf({ skipped, failure, approval }: StepSummary): string {
  if (skipped !== undefined) return skipText[skipped];
  if (approval?.decision !== undefined) return `${approval.decision} by ${approval.by ?? ''}`;
  return failure?.code ?? (approval === undefined ? '' : `asks ${approval.to.join(', ')}`);
}

function resultText(result: Found['result']): string {
  if (result === undefined) return '';
  const { run: _run, workflow: _workflow, status: _status, ...rest } = result;
  return Object.entries(rest)
    .map(([name, value]) => `${name} ${JSON.stringify(value, null, 2)}`)
    .join('\n');
}
