/**
 * Who is calling an agent for which attempt, and what came of it.
 * V1. A recorded result never changes.   V2. Only the owner stores, renews or gives up; a mark does not end ownership:
 *     the result of a marked call may still be stored, and the engine records it as late.
 * V3. Claims of new calls are one request; calls that are there already cost one more to read, and two more where a
 *     lease has passed: whatever the number of claims.
 */
import { type Invocation, type InvocationStore } from '#core/invocation-store.ts';
import { type Json } from '#core/json.ts';
import { durable, relaxed } from './client.ts';
import { type Database, type InvocationDocument } from './database.ts';
import { number, stored, text, unexpected } from './fields.ts';
import { updateStamped } from './stamped.ts';
import { duplicatesOf } from './store-error.ts';

export function createInvocations(database: Database): InvocationStore {
  const { invocations, guarded } = database;
  return {
    claim: (claims, now) => guarded(() => claimAll(database, claims, now)),
    renew: (id, owner, leaseUntil) =>
      guarded(async () => {
        const held = { _id: id, owner, status: 'running' } as const;
        const { matchedCount } = await invocations.updateOne(held, { $set: { leaseUntil } }, relaxed);
        if (matchedCount > 0) return 'held';
        const there = await invocations.findOne({ _id: id, owner, status: 'marked' });
        return there === null ? 'lost' : reasonOf(there);
      }),
    finish: (results) =>
      guarded(() =>
        updateStamped(
          invocations,
          results.map(({ id, owner, outcome }) => ({
            id,
            where: { owner, status: { $in: ['running', 'marked'] } },
            set:
              outcome.status === 'finished'
                ? { status: outcome.status, result: JSON.stringify(outcome.result) }
                : { status: outcome.status },
            unset: { leaseUntil: '', reason: '' },
          })),
          durable,
        ),
      ),
    release: (id, owner) =>
      guarded(async () => {
        await invocations.deleteOne({ _id: id, owner, status: 'running' }, relaxed);
      }),
    mark: (ids, reason) => guarded(() => markAll(database, ids, reason)),
  };
}

type Claims = Parameters<InvocationStore['claim']>[0];
interface OpenClaim {
  readonly claim: Claims[number];
  readonly index: number;
}

async function claimAll(database: Database, claims: Claims, now: number): Promise<readonly Invocation[]> {
  const answers = claims.map((): Invocation => ({ status: 'mine' }));
  let open: readonly OpenClaim[] = claims.map((claim, index) => ({ claim, index }));
  // A further round is for what somebody else changed in between: given up, or taken over first.
  while (open.length > 0) {
    const known = await insertNew(database, open);
    const there = await read(database, known);
    const passed = known.filter(({ claim }) => hasPassed(there.get(claim.id), now));
    const taken = new Set(await takeOver(database, passed, now));
    const changed = new Set(
      known.filter((one) => !there.has(one.claim.id) || (passed.includes(one) && !taken.has(one))),
    );
    for (const one of known) {
      const call = there.get(one.claim.id);
      if (call !== undefined && !taken.has(one) && !changed.has(one)) answers[one.index] = toInvocation(call);
    }
    open = [...changed];
  }
  return answers;
}

/** Gives those that were there already. */
async function insertNew(
  { invocations }: Database,
  open: readonly OpenClaim[],
): Promise<readonly OpenClaim[]> {
  const documents = open.map(({ claim: { id, owner, leaseUntil } }): InvocationDocument => ({
    _id: id,
    status: 'running',
    owner,
    leaseUntil,
  }));
  try {
    await invocations.insertMany(documents, { ...relaxed, ordered: false });
    return [];
  } catch (error) {
    const met = duplicatesOf(error);
    if (met === undefined) throw error;
    return met.flatMap((index) => open[index] ?? []);
  }
}

async function read(
  { invocations }: Database,
  claims: readonly OpenClaim[],
): Promise<ReadonlyMap<string, InvocationDocument>> {
  if (claims.length === 0) return new Map();
  const ids = claims.map(({ claim }) => claim.id);
  const found = await invocations.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray();
  return new Map(found.map((one) => [one._id, one]));
}

const hasPassed = (call: InvocationDocument | undefined, now: number): boolean =>
  call?.status === 'running' && number(call, 'leaseUntil') < now;

async function takeOver(
  { invocations }: Database,
  passed: readonly OpenClaim[],
  now: number,
): Promise<readonly OpenClaim[]> {
  const updates = passed.map(({ claim: { id, owner, leaseUntil } }) => ({
    id,
    where: { status: 'running', leaseUntil: { $lt: now } },
    set: { owner, leaseUntil },
  }));
  const taken = await updateStamped(invocations, updates, relaxed);
  return passed.filter((_, index) => taken[index] === true);
}

type Reason = 'cancelled' | 'timeout';

/** Running calls are marked and missing ones created; inserting one that is neither meets its key. */
async function markAll({ invocations }: Database, ids: readonly string[], reason: Reason): Promise<void> {
  let open = ids;
  while (open.length > 0)
    try {
      const marks = open.map((id) => ({
        updateOne: {
          filter: { _id: id, status: 'running' as const },
          update: { $set: { status: 'marked' as const, reason } },
          upsert: true,
        },
      }));
      await invocations.bulkWrite(marks, { ...durable, ordered: false });
      return;
    } catch (error) {
      const met = duplicatesOf(error);
      if (met === undefined) throw error;
      // Finished, accepted or marked before; or claimed in this very moment, and then to be marked.
      const keys = met.flatMap((index) => open[index] ?? []);
      const running = { _id: { $in: keys }, status: 'running' as const };
      const found = invocations.find(running, { projection: { _id: 1 }, sort: { _id: 1 } });
      open = (await found.toArray()).map((one) => one._id);
    }
}

function toInvocation(call: InvocationDocument): Invocation {
  switch (call.status) {
    case 'running':
      return { status: 'running', leaseUntil: number(call, 'leaseUntil') };
    case 'finished':
      return { status: 'finished', result: stored<Json>(call, 'result') };
    case 'accepted':
      return { status: 'accepted' };
    case 'marked':
      return { status: 'marked', reason: reasonOf(call) };
    default:
      throw unexpected('status', 'running, finished, accepted or marked', call.status);
  }
}

function reasonOf(call: object): Reason {
  const reason = text(call, 'reason');
  if (reason === 'cancelled' || reason === 'timeout') return reason;
  throw unexpected('reason', 'cancelled or timeout', reason);
}
