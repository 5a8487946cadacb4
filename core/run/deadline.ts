/** The deadlines of a run: what is due, and when the next one comes. */
import { type PresentRun } from './evolve.ts';
import { stepEntries } from './step-states.ts';
import { type StepState } from './types.ts';

/** The earliest instant (ms since 1970) at which anything of this run falls due; undefined where nothing can. */
export function nextDeadline(run: PresentRun): number | undefined {
  if (run.status === 'finished') return undefined;
  let next = run.timeoutAt ?? Infinity;
  for (const [, step] of stepEntries(run.steps)) next = Math.min(next, stepDue(step));
  return next === Infinity ? undefined : next;
}

/** When this step falls due: its attempt's deadline, its retry or its own deadline; Infinity where it has none. */
export function stepDue(step: StepState): number {
  switch (step.status) {
    case 'running':
      return Math.min(step.deadlineAt, step.stepDeadlineAt ?? Infinity);
    case 'backingOff':
      return Math.min(step.retryAt, step.stepDeadlineAt ?? Infinity);
    default:
      return Infinity;
  }
}
