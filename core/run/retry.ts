/**
 * Whether and when a failed attempt is tried again.
 * R1. Attempts, the first included, never exceed `max`.   R2. A failure that is not retryable is never retried.
 * R3. The wait is within [0, maxDelay], unless the failing side asked for a longer one.
 * R4. Whether the timer or the host of an agent was the first to see that nobody answers in time decides nothing: who
 *     retries one of their codes retries both.
 */
import { type Failure } from '../failure.ts';
import { type RetryPolicy } from '../workflow/definition.ts';
import { type Moment } from './types.ts';

/** When the next attempt may start (ms since 1970), or undefined where there is none. */
export function retryAtOf(
  policy: RetryPolicy | undefined,
  failed: { readonly attempt: number; readonly failure: Failure },
  moment: Moment,
): number | undefined {
  if (policy === undefined || !failed.failure.retryable || failed.attempt >= policy.max) return undefined;
  if (policy.on !== undefined && !isAmong(failed.failure.code, policy.on)) return undefined;
  const wait = Math.max(delayOf(policy, failed.attempt, moment.random), failed.failure.retryAfterMs ?? 0);
  return moment.now + wait;
}

const ofDeadlines: readonly string[] = ['STEP_TIMEOUT', 'AGENT_TIMEOUT'];

const isAmong = (code: string, on: readonly string[]): boolean =>
  on.includes(code) || (ofDeadlines.includes(code) && on.some((other) => ofDeadlines.includes(other))); // R4

/** The wait after attempt `attempt` (from 1), milliseconds, whole. Full jitter: uniform between 0 and the bound. */
export function delayOf(policy: RetryPolicy, attempt: number, random: number): number {
  const growth = policy.backoff === 'exponential' ? policy.factor ** (attempt - 1) : 1;
  const bound = Math.min(policy.maxDelayMs, policy.delayMs * growth);
  return Math.round(policy.jitter === 'full' ? bound * random : bound);
}
