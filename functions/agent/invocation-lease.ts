/**
 * Leases on calls in progress: renewed while they last, and told when they are gone.
 * IL1. A renewal that cannot reach the store changes nothing: storing the result checks the owner again.
 * IL2. One timer for all leases of a process; none while nothing is held.
 */
import { type InvocationStore } from '#core/invocation-store.ts';
import { type Clock, type Logger } from '#core/ports.ts';
import { type Timers } from './timers.ts';

export const leaseMs = 15_000;
export const renewEveryMs = 5_000;
/** Clocks of two hosts may differ by this much: a lease is believed to be gone only after it. */
export const leaseSlackMs = 5_000;

export type LeaseEnd = 'lost' | 'cancelled' | 'timeout';

/** Keeps the lease until the returned function is called; `onEnd` is called at most once, when it is gone before. */
export type HoldLease = (id: string, owner: string, onEnd: (end: LeaseEnd) => void) => () => void;

export interface LeaseDeps {
  readonly invocations: InvocationStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Held {
  readonly id: string;
  readonly owner: string;
  readonly onEnd: (end: LeaseEnd) => void;
}

export function createLeases(deps: LeaseDeps): HoldLease {
  const held = new Set<Held>();
  let cancelTimer: (() => void) | undefined;
  let renewing = false;
  const schedule = (): void => {
    if (cancelTimer !== undefined || renewing || held.size === 0) return;
    cancelTimer = deps.timers.after(renewEveryMs, () => void renewAll());
  };
  const renewAll = async (): Promise<void> => {
    cancelTimer = undefined;
    renewing = true;
    await Promise.all([...held].map((lease) => renew(deps, held, lease)));
    renewing = false;
    schedule();
  };
  return (id, owner, onEnd) => {
    const lease = { id, owner, onEnd };
    held.add(lease);
    schedule();
    return () => {
      held.delete(lease);
      if (held.size > 0) return;
      cancelTimer?.();
      cancelTimer = undefined;
    };
  };
}

async function renew(deps: LeaseDeps, held: Set<Held>, lease: Held): Promise<void> {
  try {
    const state = await deps.invocations.renew(lease.id, lease.owner, deps.clock.now() + leaseMs);
    if (state === 'held' || !held.delete(lease)) return;
    lease.onEnd(state);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    deps.logger.warn({ invocation: lease.id, reason }, 'lease not renewed');
  }
}
