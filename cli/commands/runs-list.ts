/** `runs list`: runs, newest first. */
import { type RunRow } from '#core/ports.ts';
import { isLive, parseRowStatus, rowStatuses, type RowStatus } from '#core/row-status.ts';
import { durationText } from '#core/run/timeline.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { counted } from '../counted.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { parseLimit } from '../limit.ts';
import { placeOf, readPlatform } from '../open.ts';
import { typed, usageError } from '../problem.ts';
import { oneLine } from '../record-text.ts';
import { table } from '../table.ts';
import { countWaitingStarts } from '../waiting-starts.ts';

export interface ListOptions {
  readonly status?: string;
  readonly workflow?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export async function runsListCommand(context: Context, options: ListOptions): Promise<ExitCode> {
  const filter = {
    ...(options.status === undefined ? {} : { status: parseStatus(options.status) }),
    ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
    limit: parseLimit(options.limit, 'runs'),
  };
  return readPlatform(context, async (platform, config) => {
    const { store, clock } = platform;
    const rows = await store.runs.list(filter);
    const { output } = context;
    if (options.json === true) output.data(JSON.stringify(rows.map(rowJson)));
    else if (rows.length > 0)
      output.data(
        table(
          ['RUN', 'WORKFLOW', 'STATUS', 'STARTED', 'TOOK', 'FAILURE'],
          rows.map((row) => cells(row, clock.now(), output.columns() !== undefined)),
          output.columns(),
        ),
      );
    if (options.json === true) return exitCodes.ok;
    const isAll = options.status === undefined && options.workflow === undefined;
    const waiting = isAll && isUnhosted(config) ? await countWaitingStarts(platform, mostCounted) : 0;
    if (waiting > 0) output.note(waitingText(waiting));
    else if (rows.length === 0) output.note(noneText(filter, placeOf(config)));
    return exitCodes.ok;
  });
}

const mostCounted = 100;

function waitingText(waiting: number): string {
  const [were, have] = waiting === 1 ? ['was', 'has'] : ['were', 'have'];
  return `${counted(waiting, 'run', mostCounted)} ${were} asked for and ${have} not begun, for nobody hosts: ${startHostHint}.`;
}

/** What was asked for may be why nothing is there. */
const noneText = (
  { status, workflow }: { readonly status?: string; readonly workflow?: string },
  place: string,
): string => {
  if (status === undefined && workflow === undefined)
    return `No run in ${place} yet. Start one: ./baton run design-and-provision`;
  const of = workflow === undefined ? '' : ` of ${typed(workflow)}`;
  return `No run${of} in ${place}${status === undefined ? '' : ` is ${status}`}. ./baton runs list shows all.`;
};

/** A run's row as people and programs read it; times in ISO 8601. */
export function rowJson(row: RunRow): Readonly<Record<string, unknown>> {
  const { runId, workflow, status, digest, startedAt, endedAt, labels, error } = row;
  return {
    run: runId,
    workflow,
    status,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === undefined ? undefined : new Date(endedAt).toISOString(),
    digest,
    labels,
    failure: error,
  };
}

/** In a terminal how long ago, because the date makes the line too long for it. */
const cells = (row: RunRow, now: number, short: boolean): readonly string[] => [
  row.runId,
  // Of an unknown workflow, whatever the start said.
  oneLine(row.workflow),
  row.status,
  short
    ? `${durationText(now - row.startedAt).split(' ')[0] ?? ''} ago`
    : `${new Date(row.startedAt).toISOString().slice(0, 19)}Z`,
  row.endedAt === undefined && !isLive(row.status) ? '' : durationText((row.endedAt ?? now) - row.startedAt),
  row.error?.code ?? '',
];

function parseStatus(text: string): RowStatus {
  const status = parseRowStatus(text);
  if (status !== undefined) return status;
  const near = nearest(text, rowStatuses);
  throw usageError('USAGE', `--status ${typed(text)} is not a status`, {
    expected: `one of ${rowStatuses.join(', ')}`,
    hint: near === undefined ? 'for example --status failed' : `did you mean '${near}'?`,
  });
}
