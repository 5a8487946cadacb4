import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { type Payload } from '../payload.ts';
import { type Commit } from '../ports.ts';
import { completed, dispatched, outputs, started } from './evolve.fixtures.ts';
import { spilled } from './spill.ts';
import { durationText, skipText, stepsOf, timelineOf, type TimelineEntry } from './timeline.ts';
import { type RunEvent } from './types.ts';

const boom = failure('AGENT_THREW', 'boom');
const commit = (...events: readonly RunEvent[]): Commit => ({
  ...{ schema: 1, runId: started().runId, version: 3, causes: [], published: 0, at: 700 },
  events,
});
/** The entry of the last of these events. */
const lastOf = (...events: readonly RunEvent[]): TimelineEntry => {
  const entry = timelineOf([commit(...events)]).at(-1);
  assert.ok(entry);
  return entry;
};
const textOf = (...events: readonly RunEvent[]): string => lastOf(...events).text;

const asked: RunEvent = {
  ...{ type: 'approval.requested', step: 'a', to: ['owner'], prompt: { value: 'Go?' } },
  ...{ at: 150, deadlineAt: 900 },
};
const failed = { type: 'step.failed', step: 'a', failure: boom, caught: false, at: 400 } as const;
const cancelled: RunEvent = { type: 'step.cancelled', step: 'a', attempt: 1, at: 400 };
const stop = { type: 'cancel.requested', source: '/cli', id: 'c', by: 'ada', at: 400 } as const;
const ended = { type: 'run.cancelled', by: 'ada', at: 400 } as const;

describe('the text of an entry', () => {
  const begun = dispatched('a', 1, { at: 100 });

  it('tells a step: reused, failed, skipped, cancelled, late', () => {
    assert.equal(textOf({ ...completed('a', 0), reusedFrom: 'r0' }), 'a reused from run r0');
    assert.equal(
      textOf(completed('a', 0)),
      'a completed',
      'without a dispatch nobody knows how long it took',
    );
    assert.equal(textOf(failed), 'a failed: AGENT_THREW: boom');
    assert.equal(textOf({ ...failed, caught: true }), 'a failed and the run goes on: AGENT_THREW: boom');
    assert.equal(textOf(begun, cancelled), 'a cancelled after 300ms');
    const late: RunEvent = { type: 'response.late', step: 'a', attempt: 2, at: 1 };
    assert.equal(textOf(late), 'a attempt 2 answered too late: recorded, nothing changed');
  });

  it('tells every reason for a skip in words', () => {
    const skipped = Object.keys(skipText).map((reason) =>
      textOf({ type: 'step.skipped', step: 'a', reason: reason as keyof typeof skipText, at: 1 }),
    );
    assert.deepEqual(skipped, [
      'a skipped: its condition is false',
      'a skipped: the steps it needs were skipped',
      'a skipped: a step it needs failed',
      'a skipped: too few of the steps it needs succeeded',
    ]);
  });

  it('tells a cancel: who, and why where it was said', () => {
    assert.equal(textOf(stop), 'cancel asked for by ada');
    assert.equal(textOf({ ...stop, reason: 'typo' }), 'cancel asked for by ada: typo');
    assert.equal(textOf(started(), ended), 'run cancelled by ada after 300ms');
    assert.equal(textOf({ ...ended, reason: 'typo' }), 'run cancelled by ada: typo');
  });

  it('tells a conflicting start and the end of a run', () => {
    const other: RunEvent = { type: 'start.conflicted', source: '/shop', id: '7', payloadDigest: 'x' };
    assert.equal(textOf(other), 'start 7 from /shop refused: the same id with another payload');
    assert.equal(textOf(started(), { type: 'run.completed', outputs, at: 600 }), 'run completed after 500ms');
    const lost: RunEvent = { type: 'run.failed', failure: boom, at: 600 };
    assert.equal(textOf(started(), lost), 'run failed after 500ms: AGENT_THREW: boom');
    assert.equal(
      textOf(started(), dispatched('a', 1, { at: 300 }), { ...lost, step: 'a' }),
      'run failed at a after 500ms: AGENT_THREW: boom',
    );
  });

  it('tells an approval: what is asked, and how long it took to be decided', () => {
    const asks = (prompt: Payload): string => textOf({ ...asked, prompt });
    assert.equal(asks({ value: 'Go?' }), 'a waits for a decision of owner: Go?');
    assert.equal(asks({ value: { cost: 7 } }), 'a waits for a decision of owner: {"cost":7}');
    const { ref } = spilled('long');
    assert.equal(
      asks({ value: null, refs: [{ at: '', ref }] }),
      'a waits for a decision of owner: (a long text, stored apart)',
    );
    assert.equal(textOf(asked, completed('a', 0)), 'a completed after 50ms');
  });
});

describe('an entry', () => {
  it('has the step, attempt, failure and duration of its event, and no empty ones', () => {
    const about = { version: 3, at: 400 };
    const wrong: RunEvent = {
      ...{ type: 'attempt.failed', step: 'a', attempt: 2, failure: boom, answered: true, at: 400 },
    };
    assert.deepEqual(lastOf(dispatched('a', 2, { at: 150 }), wrong), {
      ...about,
      ...{ type: 'attempt.failed', step: 'a', attempt: 2, failure: boom, durationMs: 250 },
      text: 'a attempt 2 failed after 250ms: AGENT_THREW: boom',
    });
    assert.deepEqual(lastOf(started(), stop), {
      ...about,
      type: 'cancel.requested',
      text: 'cancel asked for by ada',
    });
    const never: RunEvent = { type: 'step.cancelled', step: 'a', at: 400 };
    assert.deepEqual(lastOf(started(), never), {
      ...about,
      type: 'step.cancelled',
      step: 'a',
      text: 'a cancelled',
    });
    const { step: _none, ...end } = lastOf(started(), { type: 'run.failed', failure: boom, at: 400 });
    assert.deepEqual(Object.keys(end).sort(), ['at', 'durationMs', 'failure', 'text', 'type', 'version']);
  });

  it('never took less than no time, whatever the clocks say', () => {
    assert.equal(lastOf(dispatched('a', 1, { at: 900 }), completed('a', 1)).durationMs, 0);
  });
});

describe('a summary', () => {
  const summary = (...events: readonly RunEvent[]) => stepsOf([commit(...events)])[0];
  const begun = dispatched('a', 1, { at: 100 });

  it('of a step that was cancelled has its end; a late answer changes nothing', () => {
    const end = {
      step: 'a',
      status: 'cancelled',
      attempts: 1,
      agent: 'designer',
      startedAt: 100,
      endedAt: 400,
    };
    assert.deepEqual(summary(begun, cancelled), end);
    const late: RunEvent = { type: 'response.late', step: 'a', attempt: 1, at: 500 };
    assert.deepEqual(summary(begun, cancelled, late), end);
  });

  it('of a step that nobody named before starts at nothing', () => {
    assert.deepEqual(summary(failed), {
      step: 'a',
      status: 'failed',
      attempts: 0,
      failure: boom,
      endedAt: 400,
    });
    const wrong: RunEvent = {
      ...{ type: 'attempt.failed', step: 'a', attempt: 1, failure: boom, answered: true, at: 1 },
    };
    assert.deepEqual(summary(wrong), { step: 'a', status: 'waiting', attempts: 0, failure: boom });
  });

  it('counts the most attempts there were, also where an older one answered', () => {
    assert.equal(summary(dispatched('a', 2), completed('a', 1))?.attempts, 2);
    assert.equal(summary(completed('a', 3))?.attempts, 3);
  });

  it('of an approval has the decision only where it was asked for, and a comment only where there is one', () => {
    const decided: RunEvent = {
      ...{ type: 'approval.decided', step: 'a', decision: 'approved', by: 'ada', at: 200 },
    };
    const request = { to: ['owner'], prompt: 'Go?', deadlineAt: 900 };
    assert.deepEqual(summary(asked, decided)?.approval, { ...request, decision: 'approved', by: 'ada' });
    assert.deepEqual(summary(decided), { step: 'a', status: 'waiting', attempts: 0 });
  });

  it('is of steps only: the end of a run is none', () => {
    assert.deepEqual(stepsOf([commit(started(), { type: 'run.failed', failure: boom, at: 1 })]), []);
  });
});

it('a day is a day', () => {
  const hour = 3_600_000;
  assert.deepEqual([23 * hour, 24 * hour, 49 * hour].map(durationText), ['23h 0m', '1d 0h', '2d 1h']);
});
