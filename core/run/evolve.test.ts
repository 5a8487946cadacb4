import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { absent, evolve, evolveCommit, isSettled, lastOpened } from './evolve.ts';
import { completed, dispatched, outputs, runAfter, started } from './evolve.fixtures.ts';
import { noSteps, stepStateIn } from './step-states.ts';
import { type RunEvent, type StepState } from './types.ts';

const boom = failure('AGENT_THREW', 'boom');
const gaveUp = (step: string, attempt: number): RunEvent => ({
  type: 'attempt.failed',
  step,
  attempt,
  failure: boom,
  answered: false,
  at: 150,
});
const stepAfter = (...events: readonly RunEvent[]) => stepStateIn(runAfter(started(), ...events).steps, 'a');

describe('a start', () => {
  it('gives the facts of the run and nothing of the event’s own', () => {
    const facts = { timeoutAt: 900, labels: { team: 'shop' }, traceparent: '00-1', retryOf: 'r0' };
    const { runId } = started();
    assert.deepEqual(runAfter(started(facts)), {
      ...facts,
      runId,
      status: 'running',
      version: 0,
      tenant: 'default',
      start: { source: '/test', id: 'start', payloadDigest: 'sha256:one' },
      asked: 'demo',
      input: { value: {} },
      startedAt: 100,
      steps: noSteps,
      unsettled: 3,
      unanswered: [],
      consumed: [],
      wokenAt: 0,
    });
  });

  it('is taken once, and nothing else begins a run (V1)', () => {
    const run = runAfter(started(), dispatched('a', 1));
    assert.equal(evolve(run, started({ at: 999 })), run);
    assert.equal(evolve(absent, dispatched('a', 1)), absent);
  });
});

describe('a step', () => {
  it('that is dispatched runs, with its deadlines', () => {
    const running = { status: 'running', attempt: 1, agent: 'designer', startedAt: 101, deadlineAt: 1001 };
    assert.deepEqual(stepAfter(dispatched('a', 1)), running);
    assert.deepEqual(stepAfter(dispatched('a', 1, { stepDeadlineAt: 5000 })), {
      ...running,
      stepDeadlineAt: 5000,
    });
  });

  it('that backs off keeps its agent and its own deadline until the next attempt', () => {
    const retry: RunEvent = { type: 'step.retryScheduled', step: 'a', attempt: 2, retryAt: 300 };
    const waits = { status: 'backingOff', attempt: 2, agent: 'designer', retryAt: 300 };
    assert.deepEqual(stepAfter(dispatched('a', 1), retry), waits);
    const bounded = dispatched('a', 1, { stepDeadlineAt: 5000 });
    assert.deepEqual(stepAfter(bounded, retry), { ...waits, stepDeadlineAt: 5000 });
    assert.deepEqual(stepAfter(retry), { ...waits, agent: '' }, 'V1: folds whatever the state');
    assert.deepEqual(stepAfter(bounded, retry, retry), { ...waits, agent: '' });
  });

  it('that fails or is cancelled keeps the number of its last attempt', () => {
    const failed: RunEvent = { type: 'step.failed', step: 'a', failure: boom, caught: true, at: 150 };
    const cancelled: RunEvent = { type: 'step.cancelled', step: 'a', at: 150 };
    const ended = { status: 'failed', failure: boom, caught: true };
    assert.deepEqual(stepAfter(dispatched('a', 2), failed), { ...ended, attempt: 2 });
    assert.deepEqual(stepAfter(failed), { ...ended, attempt: 0 });
    assert.deepEqual(stepAfter(dispatched('a', 2), cancelled), { status: 'cancelled', attempt: 2 });
    assert.deepEqual(stepAfter(cancelled), { status: 'cancelled' });
  });

  it('that is skipped has the reason', () => {
    const skipped: RunEvent = { type: 'step.skipped', step: 'a', reason: 'needsFailed', at: 150 };
    assert.deepEqual(stepAfter(skipped), { status: 'skipped', reason: 'needsFailed' });
  });

  it('that settled keeps its outcome and is counted once (V3)', () => {
    const run = runAfter(started(), dispatched('a', 1), completed('a', 1, 1), dispatched('b', 1));
    assert.equal(run.unsettled, 2);
    const again = evolve(run, completed('a', 1, 2));
    assert.equal(again, run);
    assert.deepEqual(stepStateIn(run.steps, 'a'), { status: 'completed', attempt: 1, output: { value: 1 } });
  });

  it('is settled once it neither runs nor backs off', () => {
    const running: StepState = { status: 'running', attempt: 1, agent: '', startedAt: 0, deadlineAt: 0 };
    const waits: StepState = { status: 'backingOff', attempt: 1, agent: '', retryAt: 0 };
    assert.deepEqual([undefined, running, waits, { status: 'cancelled' } as const].map(isSettled), [
      false,
      false,
      false,
      true,
    ]);
  });

  it('has opened the attempts that were dispatched, not the one it waits for', () => {
    const waits: StepState = { status: 'backingOff', attempt: 3, agent: '', retryAt: 0 };
    assert.equal(lastOpened(undefined), 0);
    assert.equal(lastOpened({ status: 'skipped', reason: 'condition' }), 0);
    assert.equal(lastOpened({ status: 'cancelled' }), 0);
    assert.equal(lastOpened({ status: 'cancelled', attempt: 2 }), 2);
    assert.equal(lastOpened(waits), 2);
  });
});

describe('an attempt', () => {
  it('that was given up is unanswered until its late response is recorded', () => {
    const run = runAfter(started(), dispatched('a', 1), gaveUp('a', 1), gaveUp('b', 1));
    assert.deepEqual(run.unanswered, ['a:1', 'b:1']);
    const late = evolve(run, { type: 'response.late', step: 'a', attempt: 1, at: 160 });
    assert.deepEqual(late.status !== 'absent' && late.unanswered, ['b:1']);
  });

  it('that answered with a failure is not', () => {
    const run = runAfter(started(), dispatched('a', 1));
    const answered: RunEvent = {
      type: 'attempt.failed',
      step: 'a',
      attempt: 1,
      failure: boom,
      answered: true,
      at: 1,
    };
    assert.equal(evolve(run, answered), run);
  });

  it('in flight when its step is cancelled is unanswered; none in flight, none unanswered', () => {
    const run = runAfter(
      started(),
      dispatched('a', 1),
      { type: 'step.cancelled', step: 'a', attempt: 1, at: 150 },
      { type: 'step.cancelled', step: 'b', at: 150 },
      { type: 'step.cancelled', step: 'a', attempt: 7, at: 160 },
    );
    assert.deepEqual(run.unanswered, ['a:1']);
    assert.equal(run.unsettled, 1);
  });
});

describe('what was taken in', () => {
  it('is kept: commands and conflicting starts by name, wakes by the latest', () => {
    const cancel = { type: 'cancel.requested', source: '/cli', by: 'ada', at: 1 } as const;
    const run = runAfter(
      started(),
      { ...cancel, id: 'c1' },
      { type: 'start.conflicted', source: '/test', id: 'start', payloadDigest: 'sha256:two' },
      { ...cancel, id: 'c2' },
      { type: 'wake.consumed', wakeSentAt: 70 },
      { type: 'wake.consumed', wakeSentAt: 50 },
    );
    assert.deepEqual(run.consumed, ['/cli c1', '/test start sha256:two', '/cli c2']);
    assert.equal(run.wokenAt, 70);
  });

  it('is kept of a decision where it came as an event, and not where time decided', () => {
    const decided: RunEvent = {
      ...{ type: 'approval.decided', step: 'a', decision: 'approved', by: 'ada', at: 150 },
    };
    const events = [{}, { source: '/cli' }, { id: 'd1' }, { source: '/cli', id: 'd2' }];
    const run = runAfter(started(), ...events.map((by) => ({ ...decided, ...by })));
    assert.deepEqual(run.consumed, ['/cli d2']);
  });

  it('arms the bound, and takes it away where none is left', () => {
    const run = runAfter(started(), { type: 'timer.armed', wakeAt: 70 });
    assert.equal(run.wakeAt, 70);
    assert.ok(!('wakeAt' in evolve(run, { type: 'timer.armed' })));
  });
});

describe('an end', () => {
  const live = runAfter(started(), { type: 'timer.armed', wakeAt: 70 });

  it('gives the outcome, the time and no bound', () => {
    const ends: readonly (readonly [RunEvent, object])[] = [
      [
        { type: 'run.completed', outputs, at: 300 },
        { status: 'completed', outputs },
      ],
      [
        { type: 'run.failed', failure: boom, at: 300 },
        { status: 'failed', failure: boom },
      ],
      [
        { type: 'run.failed', failure: boom, step: 'a', at: 300 },
        { status: 'failed', failure: boom, step: 'a' },
      ],
      [
        { type: 'run.cancelled', by: 'ada', at: 300 },
        { status: 'cancelled', by: 'ada' },
      ],
      [
        { type: 'run.cancelled', by: 'ada', reason: 'typo', at: 300 },
        { status: 'cancelled', by: 'ada', reason: 'typo' },
      ],
    ];
    for (const [event, outcome] of ends) {
      const { wakeAt: _bound, ...facts } = live;
      assert.deepEqual(evolve(live, event), { ...facts, status: 'finished', outcome, endedAt: 300 });
    }
  });

  it('stands, whatever comes after (V3)', () => {
    const ended = evolve(live, { type: 'run.completed', outputs, at: 300 });
    assert.equal(evolve(ended, { type: 'run.failed', failure: boom, at: 400 }), ended);
  });
});

it('a commit raises the version, to its own, and only of a run that is there (V2)', () => {
  const run = evolveCommit(absent, { version: 4, events: [started(), dispatched('a', 1)] });
  assert.ok(run.status === 'running');
  assert.equal(run.version, 4);
  assert.deepEqual(evolveCommit(absent, { version: 4, events: [] }), { status: 'absent' });
});
