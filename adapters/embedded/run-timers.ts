/**
 * Which runs are due. A row with a deadline is in one of two partial indexes: its wake is not sent yet, or is sent and
 * counts from then. A sent wake is never older than the deadline it was sent for, so the next one to send is the first
 * of one of the two, whatever the number of parked runs.
 */
import { type RunId } from '#core/ids.ts';
import { type Row, number } from './columns.ts';
import { type Database, type Statement, limit } from './database.ts';
import { runId } from './run-row.ts';

const unsent = 'wake_at IS NOT NULL AND wake_sent_at IS NULL';
const sent = 'wake_at IS NOT NULL AND wake_sent_at IS NOT NULL';

/** All are searches of an index; a test asks SQLite for their plans. */
export const timerQueries = {
  dueUnsent: `SELECT rowid, id FROM runs WHERE wake_at <= ? AND ${unsent} ORDER BY wake_at ${limit}`,
  dueSent: `SELECT rowid, id FROM runs WHERE wake_sent_at < ? AND ${sent} ORDER BY wake_sent_at ${limit}`,
  firstUnsent: `SELECT min(wake_at) FROM runs WHERE ${unsent}`,
  firstSent: `SELECT min(wake_sent_at) FROM runs WHERE ${sent}`,
} as const;

export interface RunTimers {
  /** Row keys and ids of the runs due; a wake is due again once `wakeSentAt < now - resendAfterMs`. */
  find(now: number, resendAfterMs: number, limit: number): readonly Row[];
  /** Within a transaction: marks them as sent at `now`. */
  claim(
    now: number,
    resendAfterMs: number,
    limit: number,
  ): readonly { readonly runId: RunId; readonly wakeSentAt: number }[];
  next(resendAfterMs: number): number | undefined;
}

export function createTimers(database: Database): RunTimers {
  const dueUnsent = database.statement(timerQueries.dueUnsent);
  const dueSent = database.statement(timerQueries.dueSent);
  const firstUnsent = database.statement(timerQueries.firstUnsent);
  const firstSent = database.statement(timerQueries.firstSent);
  const mark = database.statement('UPDATE runs SET wake_sent_at = ? WHERE rowid = ?');

  const find = (now: number, resendAfterMs: number, atMost: number): readonly Row[] => {
    const rows = dueUnsent.rows(now, atMost);
    return rows.length === atMost
      ? rows
      : [...rows, ...dueSent.rows(now - resendAfterMs, atMost - rows.length)];
  };

  return {
    find,
    claim: (now, resendAfterMs, atMost) =>
      find(now, resendAfterMs, atMost).map((row) => {
        mark.run(now, number(row, 0));
        return { runId: runId(row, 1), wakeSentAt: now };
      }),
    next(resendAfterMs) {
      // Strictly later than the resend time, as `find` has it.
      const next = Math.min(earliest(firstUnsent, 0), earliest(firstSent, resendAfterMs + 1));
      return next === Infinity ? undefined : next;
    },
  };
}

function earliest(statement: Statement, delay: number): number {
  const found = statement.row()?.[0];
  return typeof found === 'number' ? found + delay : Infinity;
}
