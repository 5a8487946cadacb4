/**
 * Which inputs a run has taken in already.
 * B1. Decided from folded state alone, before `decide`, for every kind of input.
 * B2. An attempt's response is known by (step, attempt): its id is derived from them.
 */
import { assertNever } from '../assert-never.ts';
import { attemptKey, causeKey, conflictKey, lastOpened, type PresentRun } from './evolve.ts';
import { stepStateIn } from './step-states.ts';
import { type RunInput } from './types.ts';

export function isAbsorbed(run: PresentRun, input: RunInput): boolean {
  switch (input.type) {
    case 'start':
      return input.payloadDigest === run.start.payloadDigest || run.consumed.includes(conflictKey(input));
    case 'response':
      return attemptStands(run, input.step, input.attempt) === 'answered';
    case 'cancel':
    case 'decision':
      return run.consumed.includes(causeKey(input.source, input.id));
    case 'wake':
      return input.wakeSentAt <= run.wokenAt;
    case 'continue':
      return false;
    default:
      return assertNever(input);
  }
}

/**
 * How an attempt stands: `open` (its response is awaited), `answered` (consumed, late ones included), `unanswered`
 * (given up; its response would be late), or `unknown`: the run never opened it, so a response with a valid
 * capability for it proves that the state is stale.
 */
export function attemptStands(
  run: PresentRun,
  step: string,
  attempt: number,
): 'open' | 'answered' | 'unanswered' | 'unknown' {
  if (run.unanswered.includes(attemptKey(step, attempt))) return 'unanswered';
  const state = stepStateIn(run.steps, step);
  const opened = lastOpened(state); // 0 where it has not begun or was skipped
  if (attempt < 1 || attempt > opened) return 'unknown';
  return attempt === opened && state?.status === 'running' ? 'open' : 'answered';
}
