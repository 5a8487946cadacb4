/**
 * Which runs are due. One index, (wakeSentAt, wakeAt), answers both questions: the rows whose wake was not sent lie
 * together in the order of their deadlines, and those whose wake was sent follow in the order of sending. A sent wake
 * is never older than its deadline, so the next one to send is the first of one of the two, however many runs are parked.
 */
import { type Filter, type Sort } from 'mongodb';
import { type RunIndex } from '#core/ports.ts';
import { relaxed } from './client.ts';
import { type Database, type RunDocument, notSent } from './database.ts';
import { number, runId } from './fields.ts';
import { updateStamped } from './stamped.ts';

interface TimerQuery {
  readonly filter: Filter<RunDocument>;
  readonly sort: Sort;
}

/** A number selects numbers only: a row without deadline is in no range. */
export const timerQueries = {
  unsent: (upTo: number): TimerQuery => ({
    filter: { wakeSentAt: notSent, wakeAt: { $lte: upTo } },
    sort: { wakeSentAt: 1, wakeAt: 1 },
  }),
  sent: (before: number): TimerQuery => ({
    filter: { wakeSentAt: { $gt: notSent, $lt: before } },
    sort: { wakeSentAt: 1, wakeAt: 1 },
  }),
} as const;

type Timers = Pick<RunIndex, 'claimDue' | 'nextDue'>;

export function createTimers(database: Database): Timers {
  const { runs, guarded } = database;
  const find = ({ filter, sort }: TimerQuery, limit: number) =>
    runs.find(filter, { sort, limit, projection: { wakeAt: 1, wakeSentAt: 1 } }).toArray();

  return {
    claimDue: (now, resendAfterMs, limit) =>
      guarded(async () => {
        if (limit < 1) return [];
        const { unsent, sent } = timerQueries;
        const found = await Promise.all([find(unsent(now), limit), find(sent(now - resendAfterMs), limit)]);
        const due = found.flat().slice(0, limit);
        // Claimed is what still has the sending time that was read: whoever came first has changed it.
        const updates = due.map((row) => ({
          id: row._id,
          where: { wakeSentAt: number(row, 'wakeSentAt'), wakeAt: { $lte: now } },
          set: { wakeSentAt: now },
        }));
        const claimed = await updateStamped(runs, updates, relaxed);
        return due
          .filter((_, index) => claimed[index] === true)
          .map((row) => ({ runId: runId(row, '_id'), wakeSentAt: now }));
      }),
    nextDue: (resendAfterMs) =>
      guarded(async () => {
        const [first, again] = await Promise.all([
          find(timerQueries.unsent(Number.MAX_VALUE), 1),
          find(timerQueries.sent(Number.MAX_VALUE), 1),
        ]);
        const times = [
          ...first.map((row) => number(row, 'wakeAt')),
          // Strictly later than the resend time, as claiming has it.
          ...again.map((row) => number(row, 'wakeSentAt') + resendAfterMs + 1),
        ];
        return times.length === 0 ? undefined : Math.min(...times);
      }),
  };
}
