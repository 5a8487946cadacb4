/** The deadlines of a run: what is due, when the next one comes, and the failures they bring. */
import { failure, type Failure } from '../failure.ts';
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

/** When this step falls due: its attempt's deadline, its retry, its decision or its own deadline; Infinity where it has none. */
export function stepDue(step: StepState): number {
  switch (step.status) {
    case 'running':
      return Math.min(step.deadlineAt, step.stepDeadlineAt ?? Infinity);
    case 'undecided':
      return step.deadlineAt;
    case 'backingOff':
      return Math.min(step.retryAt, step.stepDeadlineAt ?? Infinity);
    default:
      return Infinity;
  }
}

export const runTimeout = (ms = 0): Failure =>
  failure(
    'RUN_TIMEOUT',
    `the run did not end within ${ms} ms, its \`timeout\`. Raise it, or make its steps faster.`,
  );

export const attemptTimeout = (step: string, attempt: number): Failure =>
  failure(
    'STEP_TIMEOUT',
    `attempt ${attempt} of step '${step}' did not answer before its deadline. Raise \`timeout\`, or add \`retry\`.`,
    { retryable: true },
  );
