/**
 * The run index: read model and timers.
 * R1. A row that has ended takes no write but `end`, and a quarantined one none but `release` and `end`.
 * R2. Only live rows have `wake_at` (`run-timers.ts` builds on it).
 */
import { assertNever } from '#core/assert-never.ts';
import { type RunIndex, type RunWrite } from '#core/ports.ts';
import { liveStatuses, type RowStatus } from '#core/row-status.ts';
import { type Database, type Statement, limit } from './database.ts';
import { type Retention } from './retention.ts';
import { rowColumns, toColumns, toRunRow } from './run-row.ts';
import { createTimers } from './run-timers.ts';

const liveSql = `(${liveStatuses.map((status) => `'${status}'`).join(', ')})`;

export function createRunIndex(database: Database, retention: Retention): RunIndex {
  const write = createRowWrite(database);
  const timers = createTimers(database);
  const one = database.statement(`SELECT ${rowColumns} FROM runs WHERE id = ?`);

  return {
    async write(writes) {
      if (writes.length === 0) return;
      await database.writer.durable(() => {
        for (const each of writes) write(each);
      });
    },
    async get(id) {
      const row = database.read(() => one.row(id));
      return row === undefined ? undefined : toRunRow(row);
    },
    async list(filter) {
      const { sql, values } = listQuery(filter);
      return database.read(() =>
        database
          .statement(sql)
          .rows(...values, filter.limit)
          .map(toRunRow),
      );
    },
    async claimDue(now, resendAfterMs, limit) {
      if (database.read(() => timers.find(now, resendAfterMs, 1)).length === 0) return [];
      return database.writer.relaxed(() => timers.claim(now, resendAfterMs, limit));
    },
    nextDue: async (resendAfterMs) => database.read(() => timers.next(resendAfterMs)),
    retire: (before, limit) => retention.retire(before, limit),
    forget: (before, limit) => retention.forget(before, limit),
  };
}

/** For use within a transaction. */
export function createRowWrite(database: Database): (write: RunWrite) => void {
  const places = rowColumns.replaceAll(/\w+/g, '?');
  const insert = `INSERT INTO runs (${rowColumns}) VALUES (${places}) ON CONFLICT`;
  const live = (change: string, condition = ''): Statement =>
    database.statement(`UPDATE runs SET ${change} WHERE id = ? AND status IN ${liveSql} ${condition}`);

  const begin = database.statement(`${insert} DO UPDATE SET wake_at = excluded.wake_at
    WHERE status IN ${liveSql} AND excluded.wake_at < coalesce(wake_at, 9e15)`);
  const end = database.statement(`${insert} DO UPDATE SET
    ${rowColumns
      .split(', ')
      .map((column) => `${column} = excluded.${column}`)
      .join(', ')}`);
  const arm = live(
    'wake_at = min(coalesce(wake_at, 9e15), ?), armed_by = max(armed_by, ?), wake_sent_at = NULL',
  );
  const rearm = live('wake_at = ?, armed_by = ?, wake_sent_at = NULL', 'AND armed_by < ?');
  const status = live('status = ?, version = ?', 'AND version < ?');
  const postpone = live('wake_at = ?, wake_sent_at = NULL', 'AND armed_by < 2');
  const quarantine =
    database.statement(`UPDATE runs SET status = 'quarantined', wake_at = NULL, wake_sent_at = NULL,
    error = ? WHERE id = ? AND status IN ('running', 'waiting', 'quarantined')`);
  const release = database.statement(`UPDATE runs SET status = 'running', wake_at = ?, wake_sent_at = NULL,
    error = NULL WHERE id = ? AND status = 'quarantined'`);

  return (write) => {
    switch (write.type) {
      case 'begin':
        return begin.run(...toColumns({ ...write.row, status: 'running', version: 0, armedBy: 0 }));
      case 'arm':
        return arm.run(write.wakeAt, write.version, write.runId);
      case 'rearm':
        return rearm.run(write.wakeAt ?? null, write.version, write.runId, write.version);
      case 'status':
        return status.run(write.status, write.version, write.runId, write.version);
      case 'end': {
        const { wakeAt: _wakeAt, wakeSentAt: _wakeSentAt, ...row } = write.row;
        return end.run(...toColumns(row));
      }
      case 'postpone':
        return postpone.run(write.wakeAt, write.runId);
      case 'quarantine':
        return quarantine.run(JSON.stringify(write.error), write.runId);
      case 'release':
        return release.run(write.wakeAt, write.runId);
      default:
        return assertNever(write);
    }
  };
}

function listQuery(filter: {
  readonly status?: RowStatus;
  readonly workflow?: string;
  readonly idPrefix?: string;
}) {
  const conditions: readonly (readonly [string, string | undefined])[] = [
    ['status = ?', filter.status],
    ['workflow = ?', filter.workflow],
    ['instr(id, ?) = 1', filter.idPrefix],
  ];
  const wanted = conditions.filter((one): one is readonly [string, string] => one[1] !== undefined);
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(([condition]) => condition).join(' AND ')}`;
  return {
    sql: `SELECT ${rowColumns} FROM runs ${where} ORDER BY started_at DESC, rowid DESC ${limit}`,
    values: wanted.map(([, value]) => value),
  };
}
