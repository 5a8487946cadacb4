/**
 * A run's state as JSON, and back.
 * SN1. `ofSnapshot(toSnapshot(state))` decides and folds as `state` does.
 */
import { noSteps, stepEntries, withStepState } from './step-states.ts';
import { type RunState, type SnapshotState } from './types.ts';

export const toSnapshot = (run: RunState): SnapshotState =>
  run.status === 'absent'
    ? run
    : {
        ...run,
        steps: Object.fromEntries(stepEntries(run.steps)),
        ...(run.steps.everUndecided ? { everUndecided: true as const } : {}),
      };

export function ofSnapshot(state: SnapshotState): RunState {
  if (state.status === 'absent') return state;
  const { everUndecided = false, ...rest } = state;
  let steps = noSteps;
  for (const [id, step] of Object.entries(state.steps)) steps = withStepState(steps, id, step);
  return { ...rest, steps: everUndecided ? { ...steps, everUndecided } : steps };
}
