import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { effectsOf, isOpen, isSpent } from './effects.ts';
import { completed, dispatched, outputs, runAfter, started } from './evolve.fixtures.ts';
import { type RunEvent } from './types.ts';

const boom = failure('AGENT_THREW', 'boom');
const commitOf = (...events: readonly RunEvent[]) => ({ version: 7, at: 500, events });
const place = { version: 7, index: 0, at: 500 };

describe('effectsOf', () => {
  it('gives a task for each dispatch, known by the place of its event (X1)', () => {
    const [a, b] = [dispatched('a', 1), dispatched('b', 1)];
    assert.deepEqual(effectsOf(commitOf(started(), a, { type: 'timer.armed' }, b)), [
      { ...place, type: 'task', index: 1, event: a },
      { ...place, type: 'task', index: 3, event: b },
    ]);
  });

  it('gives the output of a run that ended, with what belongs to its outcome', () => {
    const outcome = (event: RunEvent) => {
      const [effect, ...others] = effectsOf(commitOf(event));
      assert.deepEqual(others, []);
      assert.ok(effect?.type === 'output');
      return effect.outcome;
    };
    assert.deepEqual(outcome({ type: 'run.completed', outputs, at: 1 }), { status: 'completed', outputs });
    const failed = { type: 'run.failed', failure: boom, at: 1 } as const;
    assert.deepEqual(outcome(failed), { status: 'failed', failure: boom });
    assert.deepEqual(outcome({ ...failed, step: 'a' }), { status: 'failed', failure: boom, step: 'a' });
    const cancelled = { type: 'run.cancelled', by: 'ada', at: 1 } as const;
    assert.deepEqual(outcome(cancelled), { status: 'cancelled', by: 'ada' });
    assert.deepEqual(outcome({ ...cancelled, reason: 'typo' }), {
      status: 'cancelled',
      by: 'ada',
      reason: 'typo',
    });
  });
});

describe('an effect needs sending (X2)', () => {
  const commit = commitOf(dispatched('a', 1));
  const open = (...events: readonly RunEvent[]) =>
    effectsOf(commit).map((effect) => isOpen(runAfter(started(), ...events), effect));

  it('while the attempt it asks for is the one in flight', () => {
    assert.deepEqual(open(dispatched('a', 1)), [true]);
    assert.deepEqual(open(dispatched('a', 2)), [false]);
    assert.deepEqual(open(dispatched('a', 1), completed('a', 1)), [false]);
    assert.deepEqual(open(), [false]);
  });

  it('always, where it is an output', () => {
    const end = commitOf({ type: 'run.completed', outputs, at: 1 });
    assert.equal(isSpent(runAfter(started(), ...end.events), end), false);
  });

  it('until none of its commit does', () => {
    const both = commitOf(dispatched('a', 1), dispatched('b', 1));
    const run = runAfter(started(), ...both.events, completed('a', 1));
    assert.equal(isSpent(run, both), false);
    assert.equal(
      isSpent(runAfter(started(), ...both.events, completed('a', 1), completed('b', 1)), both),
      true,
    );
    assert.equal(isSpent(run, commitOf({ type: 'timer.armed' })), true);
  });

  it('of a step that only looks like one: a name every object inherits', () => {
    const [effect] = effectsOf(commitOf(dispatched('constructor', 1)));
    assert.ok(effect);
    assert.equal(isOpen(runAfter(started()), effect), false);
  });
});
