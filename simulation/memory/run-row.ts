/**
 * One row of the run index, and what each write makes of it.
 * R1. A row that has ended takes no write but `end`, and a quarantined one none but `release` and `end`.
 * R2. Only live rows have `wakeAt`.
 */
import { assertNever } from '#core/assert-never.ts';
import { isLive } from '#core/row-status.ts';
import { type RunRow, type RunWrite } from '#core/ports.ts';

/** The row after the write; the very same object where the write does not apply. */
export function rowAfter(row: RunRow | undefined, write: RunWrite): RunRow | undefined {
  switch (write.type) {
    case 'begin':
      if (row === undefined) return { ...write.row, status: 'running', version: 0, armedBy: 0 };
      return takeEarlier(row, write.row.wakeAt);
    case 'arm':
      if (!isLiveRow(row)) return row;
      return {
        ...unsent(row),
        wakeAt: Math.min(row.wakeAt ?? Infinity, write.wakeAt),
        armedBy: Math.max(row.armedBy, write.version),
      };
    case 'rearm':
      if (!isLiveRow(row) || row.armedBy >= write.version) return row;
      return { ...unarmed(row), ...deadline(write.wakeAt), armedBy: write.version };
    case 'status':
      if (!isLiveRow(row) || row.version >= write.version) return row;
      return { ...row, status: write.status, version: write.version };
    case 'end':
      return unarmed(write.row);
    case 'postpone':
      if (!isLiveRow(row) || row.armedBy >= 2) return row;
      return { ...unsent(row), wakeAt: write.wakeAt };
    case 'quarantine':
      if (row === undefined || !(isLive(row.status) || row.status === 'quarantined')) return row;
      return { ...unarmed(row), status: 'quarantined', error: write.error };
    case 'release':
      return row?.status === 'quarantined' ? released(row, write.wakeAt) : row;
    default:
      return assertNever(write);
  }
}

const isLiveRow = (row: RunRow | undefined): row is RunRow => isLive(row?.status);

/** What retention leaves of an ended row. */
export function tombstoneOf(row: RunRow): RunRow {
  const { labels: _labels, error: _error, ...rest } = row;
  return { ...rest, status: 'tombstone' };
}

/** A second start writes its deadline if that is earlier; a wake already sent stays sent. */
const takeEarlier = (row: RunRow, wakeAt: number | undefined): RunRow =>
  isLive(row.status) && wakeAt !== undefined && wakeAt < (row.wakeAt ?? Infinity) ? { ...row, wakeAt } : row;

function released(row: RunRow, wakeAt: number): RunRow {
  const { error: _error, ...rest } = unsent(row);
  return { ...rest, status: 'running', wakeAt };
}

/** No deadline is an absent field. */
const deadline = (wakeAt: number | undefined): { readonly wakeAt?: number } =>
  wakeAt === undefined ? {} : { wakeAt };

function unsent(row: RunRow): RunRow {
  const { wakeSentAt: _wakeSentAt, ...rest } = row;
  return rest;
}

function unarmed(row: RunRow): RunRow {
  const { wakeAt: _wakeAt, wakeSentAt: _wakeSentAt, ...rest } = row;
  return rest;
}
