/**
 * The states of a run's steps, by id, as a value.
 * SS1. `withStepState` gives another value; what it was made from stays as it was, since sandboxes keep states.
 * SS2. What a change costs does not grow with the run: only the `recent` ones are copied, and every `recentLimit`
 *      changes they are put together with the others.
 * SS3. What is counted is what a count over all entries would give.
 * SS4. Equal changes in equal order give equal values, and entries come in the order in which steps first appeared.
 */
import { type StepState, type StepStates } from './types.ts';

const recentLimit = 32;
const none: ReadonlyMap<string, StepState> = new Map();

export const noSteps: StepStates = {
  earlier: none,
  recent: none,
  active: 0,
  undecided: 0,
  everUndecided: false,
};

export const stepStateIn = ({ earlier, recent }: StepStates, id: string): StepState | undefined =>
  recent.get(id) ?? earlier.get(id);

export function withStepState(steps: StepStates, id: string, state: StepState): StepStates {
  const before = stepStateIn(steps, id);
  const recent = new Map(steps.recent).set(id, state);
  const kept =
    recent.size < recentLimit
      ? { earlier: steps.earlier, recent }
      : { earlier: merged(steps.earlier, recent), recent: none };
  return {
    ...kept,
    active: steps.active + Number(isActive(state)) - Number(isActive(before)),
    undecided: steps.undecided + Number(isUndecided(state)) - Number(isUndecided(before)),
    everUndecided: steps.everUndecided || isUndecided(state),
  };
}

const isActive = (state: StepState | undefined): boolean =>
  state?.status === 'running' || state?.status === 'backingOff';
const isUndecided = (state: StepState | undefined): boolean => state?.status === 'undecided';

/** All that is open is decisions of people. */
export const onlyUndecided = ({ active, undecided }: StepStates): boolean => undecided > 0 && active === 0;

/** Each step once, in the order in which they first appeared. */
export function* stepEntries({ earlier, recent }: StepStates): Generator<readonly [string, StepState]> {
  for (const entry of earlier) {
    const newer = recent.get(entry[0]);
    yield newer === undefined ? entry : [entry[0], newer];
  }
  for (const entry of recent) if (!earlier.has(entry[0])) yield entry;
}

function merged(
  earlier: StepStates['earlier'],
  recent: StepStates['recent'],
): ReadonlyMap<string, StepState> {
  const all = new Map(earlier);
  for (const [id, state] of recent) all.set(id, state);
  return all;
}
