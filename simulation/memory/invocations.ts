/**
 * Who is calling an agent for which attempt, and what came of it, in memory.
 * V1. A recorded result never changes.   V2. Only the owner stores, renews or gives up; a mark does not end ownership:
 *     the result of a marked call may still be stored, and the engine records it as late.
 */
import { assertNever } from '#core/assert-never.ts';
import { type RunId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { type Invocation, type InvocationStore } from '#core/invocation-store.ts';
import { type Synchronous } from './around.ts';

export interface MemoryInvocations extends Synchronous<InvocationStore> {
  /** Every call of the run goes. */
  removeRun(runId: RunId): void;
}

type Call =
  | { readonly status: 'running'; readonly owner: string; readonly leaseUntil: number }
  /** Without owner where the mark came before the call. */
  | { readonly status: 'marked'; readonly owner?: string; readonly reason: 'cancelled' | 'timeout' }
  | { readonly status: 'finished'; readonly result: Json }
  | { readonly status: 'accepted' };

export function createMemoryInvocations(): MemoryInvocations {
  const calls = new Map<string, Call>();

  return {
    claim: (claims, now) => claims.map((one) => claim(calls, one, now)),
    renew: (id, owner, leaseUntil) => renew(calls, id, owner, leaseUntil),
    finish: (results) =>
      results.map(({ id, owner, outcome }) => {
        if (!owns(calls.get(id), owner)) return false;
        calls.set(id, outcome);
        return true;
      }),
    release(id, owner) {
      const call = calls.get(id);
      if (call?.status === 'running' && call.owner === owner) calls.delete(id);
    },
    mark(ids, reason) {
      for (const id of ids) {
        const call = calls.get(id);
        if (call === undefined) calls.set(id, { status: 'marked', reason });
        else if (call.status === 'running') calls.set(id, { status: 'marked', owner: call.owner, reason });
      }
    },
    removeRun(runId) {
      for (const id of calls.keys()) if (id.startsWith(`${runId}:`)) calls.delete(id);
    },
  };
}

type Claim = Parameters<InvocationStore['claim']>[0][number];

function claim(calls: Map<string, Call>, { id, owner, leaseUntil }: Claim, now: number): Invocation {
  const call = calls.get(id);
  if (call === undefined || (call.status === 'running' && call.leaseUntil < now)) {
    calls.set(id, { status: 'running', owner, leaseUntil });
    return { status: 'mine' };
  }
  switch (call.status) {
    case 'running':
      return { status: 'running', leaseUntil: call.leaseUntil };
    case 'marked':
      return { status: 'marked', reason: call.reason };
    case 'finished':
      return { status: 'finished', result: call.result };
    case 'accepted':
      return { status: 'accepted' };
    default:
      return assertNever(call);
  }
}

function renew(
  calls: Map<string, Call>,
  id: string,
  owner: string,
  leaseUntil: number,
): 'held' | 'lost' | 'cancelled' | 'timeout' {
  const call = calls.get(id);
  if (call === undefined || !owns(call, owner)) return 'lost';
  if (call.status === 'marked') return call.reason;
  calls.set(id, { status: 'running', owner, leaseUntil });
  return 'held';
}

const owns = (call: Call | undefined, owner: string): boolean =>
  (call?.status === 'running' || call?.status === 'marked') && call.owner === owner;
