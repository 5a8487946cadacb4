import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noSteps, stepEntries, withStepState } from './step-states.ts';
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
