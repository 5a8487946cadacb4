/**
 * Who is calling an agent for which attempt, and what came of it.
 * V1. A recorded result never changes.   V2. Only the owner stores, renews or gives up; a mark does not end ownership:
 *     the result of a marked call may still be stored, and the engine records it as late.
 */
import { type Json } from '#core/json.ts';
import { type Invocation, type InvocationStore } from '#core/invocation-store.ts';
import { type Row, number, optional, stored, text } from './columns.ts';
import { type Database } from './database.ts';
import { refusal } from '#core/refusal.ts';

export interface Invocations extends InvocationStore {
  /**
   * Ends every lease, so that calls which died with their process are taken over at once. Only for the holder of the
   * host lock: the lock proves that whoever held these leases is dead.
   */
  endLeases(): Promise<void>;
}

export function createInvocations(database: Database): Invocations {
  const { writer } = database;
  const claim = createClaim(database);
  const select = database.statement('SELECT status, owner, reason FROM invocations WHERE id = ?');
  const renew = database.statement('UPDATE invocations SET lease_until = ? WHERE id = ?');
  const finish = createFinish(database);
  const release = database.statement(
    "DELETE FROM invocations WHERE id = ? AND owner = ? AND status = 'running'",
  );
  const mark = database.statement(`INSERT INTO invocations (id, status, reason) VALUES (?, 'marked', ?)
    ON CONFLICT DO UPDATE SET status = 'marked', reason = excluded.reason WHERE status = 'running'`);

  const endLeases = database.statement("UPDATE invocations SET lease_until = 0 WHERE status = 'running'");

  return {
    endLeases: () =>
      writer.relaxed(() => {
        endLeases.run();
      }),
    async claim(claims, now) {
      if (claims.length === 0) return [];
      return writer.relaxed(() => claims.map((one) => claim(one, now)));
    },
    renew: (id, owner, leaseUntil) =>
      writer.relaxed(() => {
        const row = select.row(id);
        if (row === undefined || row[1] !== owner) return 'lost';
        if (row[0] === 'marked') return reason(row, 2);
        if (row[0] !== 'running') return 'lost';
        renew.run(leaseUntil, id);
        return 'held';
      }),
    async finish(results) {
      if (results.length === 0) return [];
      return writer.durable(() => results.map(finish));
    },
    release: (id, owner) =>
      writer.relaxed(() => {
        release.run(id, owner);
      }),
    async mark(ids, why) {
      if (ids.length === 0) return;
      await writer.durable(() => {
        for (const id of ids) mark.run(id, why);
      });
    },
  };
}

export type FinishedResult = Parameters<InvocationStore['finish']>[0][number];

/** For use within a transaction. False: the owner has it no more (V2). */
export function createFinish(database: Database): (result: FinishedResult) => boolean {
  const finish =
    database.statement(`UPDATE invocations SET status = ?, result = ?, lease_until = NULL, reason = NULL
    WHERE id = ? AND owner = ? AND status IN ('running', 'marked')`);
  return ({ id, owner, outcome }) => {
    const result = outcome.status === 'finished' ? JSON.stringify(outcome.result) : null;
    return finish.run(outcome.status, result, id, owner) > 0;
  };
}

type Claim = Parameters<InvocationStore['claim']>[0][number];

function createClaim(database: Database): (claim: Claim, now: number) => Invocation {
  const start = database.statement(`INSERT INTO invocations (id, status, owner, lease_until)
    VALUES (?, 'running', ?, ?) ON CONFLICT DO NOTHING`);
  const takeOver = database.statement(`UPDATE invocations SET owner = ?, lease_until = ?
    WHERE id = ? AND status = 'running' AND lease_until < ?`);
  const select = database.statement(
    'SELECT status, lease_until, reason, result FROM invocations WHERE id = ?',
  );

  return ({ id, owner, leaseUntil }, now) => {
    if (start.run(id, owner, leaseUntil) > 0) return { status: 'mine' };
    if (takeOver.run(owner, leaseUntil, id, now) > 0) return { status: 'mine' };
    return toInvocation(select.row(id) ?? []);
  };
}

function toInvocation(row: Row): Invocation {
  const status = text(row, 0);
  switch (status) {
    case 'running':
      return { status, leaseUntil: number(row, 1) };
    case 'finished':
      return { status, result: optional(stored<Json>, row, 3) ?? null };
    case 'accepted':
      return { status };
    case 'marked':
      return { status, reason: reason(row, 2) };
    default:
      throw damaged('status', status);
  }
}

function reason(row: Row, column: number): 'cancelled' | 'timeout' {
  const found = text(row, column);
  if (found === 'cancelled' || found === 'timeout') return found;
  throw damaged('reason', found);
}

const damaged = (what: string, got: string): Error =>
  refusal({
    code: 'STORE_CORRUPT',
    what: `an invocation holds an unknown ${what}`,
    got: JSON.stringify(got.slice(0, 80)),
    expected: 'what Baton wrote',
    fix: 'restore the data folder from a copy, or move it away to begin with an empty one',
  });
