/** The port of the store that keeps calls of agents, so that none whose result is recorded is made again. */
import { type Json } from './json.ts';

export type Invocation =
  /** The caller owns the call now and must renew before `leaseUntil`. */
  | { readonly status: 'mine' }
  | { readonly status: 'running'; readonly leaseUntil: number }
  | { readonly status: 'finished'; readonly result: Json }
  /** Handed to an HTTP agent that answers later. */
  | { readonly status: 'accepted' }
  /** Cancelled or timed out by the orchestrator. */
  | { readonly status: 'marked'; readonly reason: 'cancelled' | 'timeout' };

export interface InvocationStore {
  /**
   * Per id: starts a new call, takes over one whose lease has passed (`leaseUntil < now`), or tells what is there.
   * Not necessarily durable on return. All claims of one call are written together.
   */
  claim(
    claims: readonly { readonly id: string; readonly owner: string; readonly leaseUntil: number }[],
    now: number,
  ): Promise<readonly Invocation[]>;
  /** `held` (lease now lasts until `leaseUntil`), `lost` to another owner, or the orchestrator's mark. */
  renew(id: string, owner: string, leaseUntil: number): Promise<'held' | 'lost' | 'cancelled' | 'timeout'>;
  /** Stores results, durable on return, each only where the owner still matches: `false` means publish nothing. */
  finish(
    results: readonly {
      readonly id: string;
      readonly owner: string;
      readonly outcome:
        { readonly status: 'finished'; readonly result: Json } | { readonly status: 'accepted' };
    }[],
  ): Promise<readonly boolean[]>;
  /** Gives the call up so that the next claim takes it at once. */
  release(id: string, owner: string): Promise<void>;
  /** Marks running calls; creates the mark where there is no call yet. Finished ones stay as they are. */
  mark(ids: readonly string[], reason: 'cancelled' | 'timeout'): Promise<void>;
}
