import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { attemptStands, isAbsorbed } from './absorb.ts';
import { failed, response } from './decide.fixtures.ts';
import { completed, dispatched, runAfter, started } from './evolve.fixtures.ts';
import { type RunInput } from './types.ts';

const live = runAfter(started(), dispatched('a', 2));
const start: Extract<RunInput, { type: 'start' }> = {
  ...{ type: 'start', source: '/test', id: 'start', tenant: 'default', asked: 'demo', input: {} },
  runId: live.runId,
  payloadDigest: 'sha256:one',
};

describe('an input is absorbed', () => {
  it('where it is the start of this run, or a conflicting one recorded already', () => {
    assert.equal(isAbsorbed(live, start), true);
    const other = { ...start, payloadDigest: 'sha256:two' };
    assert.equal(isAbsorbed(live, other), false);
    const { source, id, payloadDigest } = other;
    const known = runAfter(started(), { type: 'start.conflicted', source, id, payloadDigest });
    assert.equal(isAbsorbed(known, other), true);
    assert.equal(isAbsorbed(known, { ...other, payloadDigest: 'sha256:three' }), false);
  });

  it('where its attempt was answered, and not while it is open, given up or unknown', () => {
    assert.equal(isAbsorbed(live, response('a', 1, null)), true);
    assert.equal(isAbsorbed(live, response('a', 2, null)), false);
    assert.equal(isAbsorbed(live, response('a', 3, null)), false);
    assert.equal(isAbsorbed(live, failed('a', 1, {})), true);
  });

  it('where the same cancel was taken in', () => {
    const cancel = { type: 'cancel', source: '/cli', id: 'c', by: 'ada' } as const;
    const known = runAfter(started(), { ...cancel, type: 'cancel.requested', at: 1 });
    assert.equal(isAbsorbed(known, cancel), true);
    assert.equal(isAbsorbed(known, { ...cancel, id: 'd' }), false);
    assert.equal(isAbsorbed(known, { ...cancel, source: '/api' }), false);
  });

  it('where a wake sent as late was taken in', () => {
    const run = runAfter(started(), { type: 'wake.consumed', wakeSentAt: 70 });
    const wake = (wakeSentAt: number) => isAbsorbed(run, { type: 'wake', source: '/t', id: 'w', wakeSentAt });
    assert.deepEqual([wake(69), wake(70), wake(71)], [true, true, false]);
  });

  it('never where it is the leftover of a decision', () => {
    assert.equal(isAbsorbed(live, { type: 'continue' }), false);
  });
});

describe('an attempt stands', () => {
  const problem = failure('STEP_TIMEOUT', 'too late');
  const stands = (step: string, attempt: number, run = live) => attemptStands(run, step, attempt);

  it('open while it is in flight; those before it are answered, those after it unknown', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((attempt) => stands('a', attempt)),
      ['unknown', 'answered', 'open', 'unknown'],
    );
  });

  it('unknown where the step has not begun, was skipped, or is none', () => {
    const skipped = runAfter(started(), { type: 'step.skipped', step: 'b', reason: 'condition', at: 1 });
    assert.equal(stands('b', 1, skipped), 'unknown');
    assert.equal(stands('b', 1), 'unknown');
    assert.equal(stands('constructor', 1), 'unknown');
  });

  it('answered once the step has settled with it, and unanswered where it was given up', () => {
    const ended = runAfter(started(), dispatched('a', 1), completed('a', 1));
    assert.equal(stands('a', 1, ended), 'answered');
    const given = { type: 'attempt.failed', step: 'a', attempt: 1, answered: false, at: 1 } as const;
    const gone = runAfter(started(), dispatched('a', 1), { ...given, failure: problem });
    assert.equal(stands('a', 1, gone), 'unanswered');
  });
});
