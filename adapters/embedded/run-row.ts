/** A row of the run index, from and to its columns. */
import { type Failure } from '#core/failure.ts';
import { parseRunId } from '#core/ids.ts';
import { type RunRow } from '#core/ports.ts';
import { type RowStatus, parseRowStatus } from '#core/row-status.ts';
import { type SQLInputValue } from 'node:sqlite';
import { type Row, number, optional, stored, text } from './columns.ts';
import { refusal } from '#core/refusal.ts';

export const rowColumns =
  'id, workflow, digest, status, version, wake_at, armed_by, wake_sent_at, started_at, ended_at, tenant, labels, error';

/** `row` has `rowColumns`. */
export function toRunRow(row: Row): RunRow {
  const found = {
    digest: optional(text, row, 2),
    wakeAt: optional(number, row, 5),
    wakeSentAt: optional(number, row, 7),
    endedAt: optional(number, row, 9),
    labels: optional(stored<Readonly<Record<string, string>>>, row, 11),
    error: optional(stored<Failure>, row, 12),
  };
  return {
    runId: runId(row, 0),
    workflow: text(row, 1),
    ...(found.digest === undefined ? {} : { digest: found.digest }),
    status: rowStatus(row, 3),
    version: number(row, 4),
    ...(found.wakeAt === undefined ? {} : { wakeAt: found.wakeAt }),
    armedBy: number(row, 6),
    ...(found.wakeSentAt === undefined ? {} : { wakeSentAt: found.wakeSentAt }),
    startedAt: number(row, 8),
    ...(found.endedAt === undefined ? {} : { endedAt: found.endedAt }),
    tenant: text(row, 10),
    ...(found.labels === undefined ? {} : { labels: found.labels }),
    ...(found.error === undefined ? {} : { error: found.error }),
  };
}

/** The values of `rowColumns`. */
export const toColumns = (row: RunRow): readonly SQLInputValue[] => [
  row.runId,
  row.workflow,
  row.digest ?? null,
  row.status,
  row.version,
  row.wakeAt ?? null,
  row.armedBy,
  row.wakeSentAt ?? null,
  row.startedAt,
  row.endedAt ?? null,
  row.tenant,
  row.labels === undefined ? null : JSON.stringify(row.labels),
  row.error === undefined ? null : JSON.stringify(row.error),
];

export function runId(row: Row, column: number): RunRow['runId'] {
  const id = text(row, column);
  const parsed = parseRunId(id);
  if (parsed === undefined) throw damaged('run id', id);
  return parsed;
}

function rowStatus(row: Row, column: number): RowStatus {
  const found = text(row, column);
  const status = parseRowStatus(found);
  if (status === undefined) throw damaged('run status', found);
  return status;
}

const damaged = (what: string, got: string): Error =>
  refusal({
    code: 'STORE_CORRUPT',
    what: `the run index holds an unknown ${what}`,
    got: JSON.stringify(got.slice(0, 80)),
    expected: 'what Baton wrote',
    fix: 'restore the data folder from a copy, or move it away to begin with an empty one',
  });
