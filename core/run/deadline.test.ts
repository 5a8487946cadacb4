import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nextDeadline, stepDue } from './deadline.ts';
import { evolve } from './evolve.ts';
import { dispatched, outputs, runAfter, started } from './evolve.fixtures.ts';
import { type StepState } from './types.ts';

const running: StepState = { status: 'running', attempt: 1, agent: 'x', startedAt: 1, deadlineAt: 50 };
const backingOff: StepState = { status: 'backingOff', attempt: 2, agent: 'x', retryAt: 40 };

it('a step falls due at its attempt, its retry or its own deadline, whichever is first', () => {
  assert.equal(stepDue(running), 50);
  assert.equal(stepDue({ ...running, stepDeadlineAt: 30 }), 30);
  assert.equal(stepDue({ ...running, stepDeadlineAt: 70 }), 50);
  assert.equal(stepDue(backingOff), 40);
  assert.equal(stepDue({ ...backingOff, stepDeadlineAt: 30 }), 30);
  assert.equal(stepDue({ ...backingOff, stepDeadlineAt: 70 }), 40);
  assert.equal(stepDue({ status: 'skipped', reason: 'condition' }), Infinity);
});

it('a run falls due with its first step, or at its own timeout', () => {
  const two = [dispatched('a', 1, { deadlineAt: 900 }), dispatched('b', 1, { deadlineAt: 800 })];
  assert.equal(nextDeadline(runAfter(started(), ...two)), 800);
  assert.equal(nextDeadline(runAfter(started({ timeoutAt: 700 }), ...two)), 700);
  assert.equal(nextDeadline(runAfter(started({ timeoutAt: 950 }), ...two)), 800);
});

it('nothing falls due in a run without open steps, or one that has ended', () => {
  assert.equal(nextDeadline(runAfter(started())), undefined);
  const live = runAfter(started({ timeoutAt: 700 }), dispatched('a', 1));
  const ended = evolve(live, { type: 'run.completed', outputs, at: 5 });
  assert.ok(ended.status === 'finished');
  assert.equal(nextDeadline(ended), undefined);
});
