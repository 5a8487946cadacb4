/**
 * One invocation of a function: its context, its deadline and what became of it.
 * V1. Past the function's timeout the invocation has failed; whatever it still does or answers is ignored.
 */
import { randomUUID } from 'node:crypto';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { type Clock } from '#core/ports.ts';
import { type Timers } from './timers.ts';

export type Invoked =
  | { readonly type: 'answered'; readonly answer: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'timedOut' };

export interface InvocationOptions {
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Calls `run` at once and resolves with its outcome, at the latest after `timeoutMs`. Never rejects. */
export function invoke(
  run: (context: InvocationContext) => Promise<unknown>,
  { functionName, timeoutMs, clock, timers }: InvocationOptions,
): Promise<Invoked> {
  const deadline = clock.now() + timeoutMs;
  const context: InvocationContext = {
    awsRequestId: randomUUID(),
    functionName,
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()),
  };
  return new Promise((resolve) => {
    const cancel = timers.after(timeoutMs, () => resolve({ type: 'timedOut' }));
    const settle = (outcome: Invoked) => {
      cancel();
      resolve(outcome);
    };
    // Handlers are async, but a bug may throw before the first await.
    Promise.try(run, context).then(
      (answer: unknown) => settle({ type: 'answered', answer }),
      (error: unknown) => settle({ type: 'threw', error }),
    );
  });
}
