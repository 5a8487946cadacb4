import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noSteps, onlyUndecided, stepEntries, withStepState } from './step-states.ts';
import { type StepState } from './types.ts';

const attempt = (number: number): StepState => ({
  status: 'completed',
  attempt: number,
  output: { value: 0 },
});

test('a step that changes after many others keeps its place among them, with its new state (SS3)', () => {
  let steps = noSteps;
  for (let n = 0; n < 40; n += 1) steps = withStepState(steps, `s${n}`, attempt(1));
  assert.ok(steps.earlier.has('s3'), 'the first ones have been put together');
  steps = withStepState(steps, 's3', attempt(2));
  const entries = [...stepEntries(steps)];
  assert.equal(entries.length, 40);
  assert.deepEqual(entries[3], ['s3', attempt(2)]);
  assert.deepEqual(entries[4], ['s4', attempt(1)]);
});

test('what is open is counted as steps change, and whether a run ever waited for people stays known (SS3)', () => {
  const running: StepState = { status: 'running', attempt: 1, agent: 'x', startedAt: 0, deadlineAt: 9 };
  const backingOff: StepState = { status: 'backingOff', attempt: 2, agent: 'x', retryAt: 5 };
  const undecided: StepState = { status: 'undecided', startedAt: 0, deadlineAt: 9 };
  const skipped: StepState = { status: 'skipped', reason: 'condition' };
  const rows: readonly (readonly [
    id: string,
    state: StepState,
    active: number,
    undecided: number,
    ever: boolean,
    only: boolean,
  ])[] = [
    ['a', running, 1, 0, false, false],
    ['b', running, 2, 0, false, false],
    ['b', backingOff, 2, 0, false, false],
    ['c', skipped, 2, 0, false, false],
    ['d', undecided, 2, 1, true, false],
    ['b', running, 2, 1, true, false],
    ['b', attempt(2), 1, 1, true, false],
    ['a', attempt(1), 0, 1, true, true],
    ['e', undecided, 0, 2, true, true],
    ['d', attempt(0), 0, 1, true, true],
    ['e', attempt(0), 0, 0, true, false],
  ];
  let steps = noSteps;
  assert.deepEqual([steps.active, steps.undecided, steps.everUndecided], [0, 0, false]);
  for (const [id, state, ...counts] of rows) {
    steps = withStepState(steps, id, state);
    const found = [steps.active, steps.undecided, steps.everUndecided, onlyUndecided(steps)];
    assert.deepEqual(found, counts, `${id} ${state.status}`);
  }
});

test('every 32 changes are put together with the earlier ones (SS2)', () => {
  const sizes = [30, 31, 32, 33].map((count) => {
    let steps = noSteps;
    for (let n = 0; n < count; n += 1) steps = withStepState(steps, `s${n}`, attempt(1));
    return [steps.earlier.size, steps.recent.size];
  });
  assert.deepEqual(sizes, [
    [0, 30],
    [0, 31],
    [32, 0],
    [32, 1],
  ]);
});
