/**
 * Folds events into the state of a run: the only way state changes.
 * V1. Total and pure: every stored event folds, whatever the state; the same events give the same state.
 * V2. `version` counts commits; only `evolveCommit` raises it.
 * V3. A settled step and a finished run keep their outcome, whatever comes after.
 */
import { assertNever } from '../assert-never.ts';
import { type Commit } from '../ports.ts';
import { noSteps, stepStateIn, withStepState } from './step-states.ts';
import {
  type FinishedRun,
  type LiveRun,
  type RunEvent,
  type RunOutcome,
  type RunState,
  type StepState,
} from './types.ts';

export type PresentRun = LiveRun | FinishedRun;

export const absent: RunState = { status: 'absent' };

export const attemptKey = (step: string, attempt: number): string => `${step}:${attempt}`;
export const causeKey = (source: string, id: string): string => `${source} ${id}`;

export const isSettled = (step: StepState | undefined): boolean =>
  step !== undefined &&
  step.status !== 'running' &&
  step.status !== 'backingOff' &&
  step.status !== 'undecided';

/** The state after a whole commit. */
export function evolveCommit(run: RunState, commit: Pick<Commit, 'events' | 'version'>): RunState {
  const next = commit.events.reduce(evolve, run);
  return next.status === 'absent' ? next : { ...next, version: commit.version };
}

export function evolve(run: RunState, event: RunEvent): RunState {
  if (event.type === 'run.started') return run.status === 'absent' ? started(event) : run;
  if (run.status === 'absent') return run;
  switch (event.type) {
    case 'step.dispatched':
    case 'step.completed':
    case 'step.retryScheduled':
    case 'step.failed':
    case 'step.skipped':
    case 'step.cancelled':
    case 'approval.requested':
      return withStep(run, event);
    case 'attempt.failed':
      return event.answered ? run : unanswered(run, event.step, event.attempt);
    case 'response.late': {
      const key = attemptKey(event.step, event.attempt);
      return { ...run, unanswered: run.unanswered.filter((other) => other !== key) };
    }
    case 'cancel.requested':
    case 'approval.ignored':
      return consuming(run, event.source, event.id);
    case 'approval.decided':
      return event.source === undefined || event.id === undefined
        ? run
        : consuming(run, event.source, event.id);
    case 'start.conflicted':
      return { ...run, consumed: [...run.consumed, conflictKey(event)] };
    case 'wake.consumed':
      return { ...run, wokenAt: Math.max(run.wokenAt, event.wakeSentAt) };
    case 'timer.armed':
      return armed(run, event.wakeAt);
    case 'run.completed':
      return finished(run, { status: 'completed', outputs: event.outputs }, event.at);
    case 'run.failed': {
      const step = event.step === undefined ? {} : { step: event.step };
      return finished(run, { status: 'failed', failure: event.failure, ...step }, event.at);
    }
    case 'run.cancelled': {
      const reason = event.reason === undefined ? {} : { reason: event.reason };
      return finished(run, { status: 'cancelled', by: event.by, ...reason }, event.at);
    }
    default:
      return assertNever(event);
  }
}

const consuming = (run: PresentRun, source: string, id: string): PresentRun => ({
  ...run,
  consumed: [...run.consumed, causeKey(source, id)],
});

/** A start under a known id with another payload is recorded once for each payload. */
export const conflictKey = (start: {
  readonly source: string;
  readonly id: string;
  readonly payloadDigest: string;
}): string => `${causeKey(start.source, start.id)} ${start.payloadDigest}`;

function started(event: Extract<RunEvent, { type: 'run.started' }>): LiveRun {
  const { source, id, payloadDigest, at, steps, type: _type, ...facts } = event;
  return {
    ...facts,
    status: 'running',
    version: 0,
    start: { source, id, payloadDigest },
    startedAt: at,
    steps: noSteps,
    unsettled: steps,
    unanswered: [],
    consumed: [],
    wokenAt: 0,
  };
}

type StepEvent = Extract<
  RunEvent,
  {
    type:
      | 'step.dispatched'
      | 'step.completed'
      | 'step.retryScheduled'
      | 'step.failed'
      | 'step.skipped'
      | 'step.cancelled'
      | 'approval.requested';
  }
>;

function withStep(run: PresentRun, event: StepEvent): PresentRun {
  const before = stepStateIn(run.steps, event.step);
  if (isSettled(before)) return run; // V3
  const after = stepAfter(before, event);
  const next = {
    ...run,
    steps: withStepState(run.steps, event.step, after),
    unsettled: run.unsettled - (isSettled(after) ? 1 : 0),
  };
  return event.type === 'step.cancelled' && event.attempt !== undefined
    ? unanswered(next, event.step, event.attempt)
    : next;
}

function stepAfter(before: StepState | undefined, event: StepEvent): StepState {
  const attempt = lastOpened(before);
  switch (event.type) {
    case 'step.dispatched':
      return {
        status: 'running',
        attempt: event.attempt,
        agent: event.agent,
        startedAt: event.at,
        deadlineAt: event.deadlineAt,
        ...(event.stepDeadlineAt === undefined ? {} : { stepDeadlineAt: event.stepDeadlineAt }),
      };
    case 'step.completed':
      return { status: 'completed', attempt: event.attempt, output: event.output };
    case 'step.retryScheduled': {
      const deadline =
        before?.status === 'running' && before.stepDeadlineAt !== undefined
          ? { stepDeadlineAt: before.stepDeadlineAt }
          : {};
      const agent = before?.status === 'running' ? before.agent : '';
      return { status: 'backingOff', attempt: event.attempt, agent, retryAt: event.retryAt, ...deadline };
    }
    case 'step.failed':
      return {
        status: 'failed',
        attempt,
        failure: event.failure,
        caught: event.caught,
        ...(event.output === undefined ? {} : { output: event.output }),
      };
    case 'approval.requested':
      return { status: 'undecided', startedAt: event.at, deadlineAt: event.deadlineAt };
    case 'step.skipped':
      return { status: 'skipped', reason: event.reason };
    case 'step.cancelled':
      return { status: 'cancelled', ...(attempt === 0 ? {} : { attempt }) };
    default:
      return assertNever(event);
  }
}

/** The last attempt that was dispatched; 0 before the first. One that is backed off for has not been. */
export function lastOpened(step: StepState | undefined): number {
  if (step === undefined || !('attempt' in step)) return 0;
  return step.status === 'backingOff' ? step.attempt - 1 : (step.attempt ?? 0);
}

const unanswered = (run: PresentRun, step: string, attempt: number): PresentRun => ({
  ...run,
  unanswered: [...run.unanswered, attemptKey(step, attempt)],
});

function armed(run: PresentRun, wakeAt: number | undefined): PresentRun {
  const { wakeAt: _before, ...rest } = run;
  return wakeAt === undefined ? rest : { ...rest, wakeAt };
}

function finished(run: PresentRun, outcome: RunOutcome, endedAt: number): PresentRun {
  if (run.status === 'finished') return run; // V3
  const { wakeAt: _bound, ...rest } = run;
  return { ...rest, status: 'finished', outcome, endedAt };
}
