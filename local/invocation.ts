/**
 * One invocation of a function: its context, its deadline and what became of it.
 * V1. Past the function's timeout the invocation has failed; whatever it still does or answers is ignored.
 * V2. An answer is what its JSON says, as across Lambda's runtime: one that has no JSON is a failed invocation.
 * Source: AWS Lambda Developer Guide, "Define Lambda function handler in Node.js".
 */
import { randomUUID } from 'node:crypto';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { type Clock } from '#core/ports.ts';
import { type Timers } from './timers.ts';

export type Invoked =
  | { readonly type: 'answered'; readonly answer: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'timedOut'; readonly timeoutMs: number };

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
    const cancel = timers.after(timeoutMs, () => resolve({ type: 'timedOut', timeoutMs }));
    const settle = (outcome: Invoked) => {
      cancel();
      resolve(outcome);
    };
    // Handlers are async, but a bug may throw before the first await.
    Promise.try(run, context)
      .then(asJson)
      .then(
        (answer: unknown) => settle({ type: 'answered', answer }),
        (error: unknown) => settle({ type: 'threw', error }),
      );
  });
}

/** V2. Nothing at all is null. */
const asJson = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer ?? null));
