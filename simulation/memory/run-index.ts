/**
 * The run index in memory: read model, timers and retention. Rows are replaced, never changed, so that a row given out
 * stays what it was. A simulated world has few runs: every search looks at all of them.
 */
import { type RunId } from '#core/ids.ts';
import { type RunIndex, type RunRow } from '#core/ports.ts';
import { type Synchronous } from './around.ts';
import { rowAfter, tombstoneOf } from './run-row.ts';

/** `bury` takes away what else a run has once its retention has passed: commits, snapshot, invocations and blobs. */
export function createMemoryRunIndex(
  rows: Map<RunId, RunRow>,
  bury: (row: RunRow) => void,
): Synchronous<RunIndex> {
  return {
    write(writes) {
      for (const write of writes) {
        const runId = write.type === 'begin' || write.type === 'end' ? write.row.runId : write.runId;
        const row = rowAfter(rows.get(runId), write);
        if (row !== undefined) rows.set(runId, row);
      }
    },
    get: (runId) => rows.get(runId),
    list: (filter) => list(rows, filter),
    claimDue: (now, resendAfterMs, limit) =>
      findDue(rows, now, resendAfterMs, limit).map((row) => {
        rows.set(row.runId, { ...row, wakeSentAt: now });
        return { runId: row.runId, wakeSentAt: now };
      }),
    nextDue: (resendAfterMs) => nextDue(rows, resendAfterMs),
    retire: (before, limit) =>
      endedBefore(rows, before, false, limit).map((row) => {
        rows.set(row.runId, tombstoneOf(row));
        bury(row);
        return row.runId;
      }),
    forget(before, limit) {
      const found = endedBefore(rows, before, true, limit);
      for (const row of found) {
        // A late writer may have left something after the run was retired.
        bury(row);
        rows.delete(row.runId);
      }
      return found.length;
    },
  };
}

type Rows = ReadonlyMap<RunId, RunRow>;

function list(rows: Rows, filter: Parameters<RunIndex['list']>[0]): readonly RunRow[] {
  const { status, workflow, idPrefix = '', limit } = filter;
  return [...rows.values()]
    .filter(
      (row) =>
        (status === undefined || row.status === status) &&
        (workflow === undefined || row.workflow === workflow) &&
        row.runId.startsWith(idPrefix),
    )
    .reverse()
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, limit);
}

/** Wakes never sent by their deadline, then those sent too long ago by the time of that. */
function findDue(rows: Rows, now: number, resendAfterMs: number, limit: number): readonly RunRow[] {
  const first: (readonly [time: number, row: RunRow])[] = [];
  const again: (readonly [time: number, row: RunRow])[] = [];
  for (const row of rows.values()) {
    if (row.wakeAt === undefined) continue;
    if (row.wakeSentAt === undefined) {
      if (row.wakeAt <= now) first.push([row.wakeAt, row]);
    } else if (row.wakeSentAt < now - resendAfterMs) again.push([row.wakeSentAt, row]);
  }
  return [...earliest(first), ...earliest(again)].slice(0, limit);
}

const earliest = (found: readonly (readonly [time: number, row: RunRow])[]): readonly RunRow[] =>
  found.toSorted(([a], [b]) => a - b).map(([, row]) => row);

function nextDue(rows: Rows, resendAfterMs: number): number | undefined {
  let next = Infinity;
  for (const { wakeAt, wakeSentAt } of rows.values()) {
    if (wakeAt === undefined) continue;
    // Strictly later than the resend time, as `findDue` has it.
    next = Math.min(next, wakeSentAt === undefined ? wakeAt : wakeSentAt + resendAfterMs + 1);
  }
  return next === Infinity ? undefined : next;
}

function endedBefore(rows: Rows, before: number, buried: boolean, limit: number): readonly RunRow[] {
  const found: (readonly [time: number, row: RunRow])[] = [];
  for (const row of rows.values())
    if (row.endedAt !== undefined && row.endedAt < before && (row.status === 'tombstone') === buried)
      found.push([row.endedAt, row]);
  return earliest(found).slice(0, limit);
}
