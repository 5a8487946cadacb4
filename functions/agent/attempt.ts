/**
 * One attempt in progress: its signal, its deadline, and why it was stopped.
 * AT1. It ends at its deadline whatever the agent does: the agent is told by the signal, and not waited for.
 * AT2. The first reason to stop counts.
 */
import { AgentFailure } from '#core/agent/contract.ts';
import { failure, type Failure } from '#core/failure.ts';
import { type Clock } from '#core/ports.ts';
import { type LeaseEnd } from './invocation-lease.ts';
import { type Timers } from './timers.ts';

/** `deadline`: the attempt's time is up. `outOfTime`: the function's is. The others come from the lease. */
export type Stop = 'deadline' | 'outOfTime' | LeaseEnd;

export interface Attempt {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970: when it will be stopped at the latest. */
  readonly endsAt: number;
  readonly stopped: Promise<Stop>;
  stop(reason: Stop): void;
  /** Frees the timer; the signal stays as it is. */
  close(): void;
}

export interface Limits {
  /** The attempt's deadline. */
  readonly deadlineAt: number;
  /** When the function must stop to answer in time. */
  readonly timeUpAt: number;
}

export function openAttempt(
  deps: { readonly clock: Clock; readonly timers: Timers },
  limits: Limits,
): Attempt {
  const controller = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<Stop>();
  const endsAt = Math.min(limits.deadlineAt, limits.timeUpAt);
  const last: Stop = limits.deadlineAt <= limits.timeUpAt ? 'deadline' : 'outOfTime';
  const stop = (reason: Stop): void => {
    if (controller.signal.aborted) return;
    resolve(reason);
    controller.abort(new AgentFailure(failureOf(reason, endsAt)));
  };
  let cancel = (): void => undefined;
  const arm = (): void => {
    const left = endsAt - deps.clock.now();
    // Timers may fire early, and are cut where the wait is very long.
    cancel = left <= 0 ? deps.timers.after(0, () => stop(last)) : deps.timers.after(left, tick);
  };
  const tick = (): void => (deps.clock.now() >= endsAt ? stop(last) : arm());
  arm();
  return { signal: controller.signal, endsAt, stopped, stop, close: () => cancel() };
}

/** What the agent finds as the signal's reason. */
function failureOf(stop: Stop, endsAt: number): Failure {
  switch (stop) {
    case 'deadline':
    case 'outOfTime':
    case 'timeout':
      return timeoutFailure(endsAt);
    case 'cancelled':
      return failure('AGENT_CANCELLED', 'the call was stopped: its run was cancelled');
    case 'lost':
      return failure('AGENT_CANCELLED', 'the call was stopped: another host has taken it over');
  }
}

export const timeoutFailure = (deadlineAt: number): Failure =>
  failure(
    'AGENT_TIMEOUT',
    `the agent did not return in time: expected an answer by ${new Date(deadlineAt).toISOString()}. Raise the step's timeout, or let the agent do less at once.`,
    { retryable: true },
  );
