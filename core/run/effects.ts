/**
 * What a commit sends: tasks and the output of the run, derived from its events.
 * X1. An effect's id is (run, version, index of its event): sent again, it is the same.
 * X2. A task is open while its attempt is unsettled; an output always is.
 */
import { type Commit } from '../ports.ts';
import { stepStateIn } from './step-states.ts';
import { type RunEvent, type RunOutcome } from './types.ts';
import { type PresentRun } from './evolve.ts';

export type Effect =
  | {
      readonly type: 'task';
      readonly version: number;
      readonly index: number;
      readonly at: number;
      readonly event: Extract<RunEvent, { type: 'step.dispatched' }>;
    }
  | {
      readonly type: 'output';
      readonly version: number;
      readonly index: number;
      readonly at: number;
      readonly outcome: RunOutcome;
    };

export function effectsOf(commit: Pick<Commit, 'version' | 'events' | 'at'>): readonly Effect[] {
  const effects: Effect[] = [];
  commit.events.forEach((event, index) => {
    const place = { version: commit.version, index, at: commit.at };
    if (event.type === 'step.dispatched') effects.push({ type: 'task', ...place, event });
    const outcome = outcomeOf(event);
    if (outcome !== undefined) effects.push({ type: 'output', ...place, outcome });
  });
  return effects;
}

export function isOpen(run: PresentRun, effect: Effect): boolean {
  if (effect.type === 'output') return true;
  const step = stepStateIn(run.steps, effect.event.step);
  return step?.status === 'running' && step.attempt === effect.event.attempt;
}

/** Nothing of this commit needs sending any more. */
export const isSpent = (run: PresentRun, commit: Pick<Commit, 'version' | 'events' | 'at'>): boolean =>
  !effectsOf(commit).some((effect) => isOpen(run, effect));

function outcomeOf(event: RunEvent): RunOutcome | undefined {
  switch (event.type) {
    case 'run.completed':
      return { status: 'completed', outputs: event.outputs };
    case 'run.failed':
      return {
        status: 'failed',
        failure: event.failure,
        ...(event.step === undefined ? {} : { step: event.step }),
      };
    case 'run.cancelled':
      return {
        status: 'cancelled',
        by: event.by,
        ...(event.reason === undefined ? {} : { reason: event.reason }),
      };
    default:
      return undefined;
  }
}
