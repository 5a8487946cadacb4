import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { runIdOf } from '../ids.ts';
import { type Commit } from '../ports.ts';
import { durationText, stepsOf, timelineOf } from './timeline.ts';
import { type RunEvent } from './types.ts';

const runId = runIdOf({ tenant: 'default', source: '/test', id: '1' });
const start = Date.UTC(2026, 0, 1);
const upstream = failure('LLM_UPSTREAM', 'the model provider was cut off', { retryable: true });

const started: RunEvent = {
  type: 'run.started',
  runId,
  source: '/test',
  id: '1',
  payloadDigest: 'sha256:00',
  asked: 'demo',
  workflow: { name: 'demo', version: '1.0.0', digest: 'sha256:01' },
  steps: 3,
  input: { value: {} },
  at: start,
  tenant: 'default',
};
const dispatched = (step: string, attempt: number, at: number): RunEvent => ({
  type: 'step.dispatched',
  step,
  attempt,
  agent: `${step}-agent`,
  input: { value: {} },
  at,
  deadlineAt: at + 60_000,
});

/** One commit for each list of events, a second apart. */
const commitsOf = (...lists: readonly (readonly RunEvent[])[]): readonly Commit[] =>
  lists.map((events, index) => ({
    schema: 1,
    runId,
    version: index + 1,
    causes: [],
    events,
    published: 0,
    at: start + index * 1000,
  }));

const retried = commitsOf(
  [started, dispatched('design', 1, start), { type: 'timer.armed', wakeAt: start + 60_000 }],
  [
    {
      type: 'attempt.failed',
      step: 'design',
      attempt: 1,
      failure: upstream,
      answered: true,
      at: start + 1000,
    },
    { type: 'step.retryScheduled', step: 'design', attempt: 2, retryAt: start + 2000 },
  ],
  [{ type: 'wake.consumed', wakeSentAt: start + 2000 }, dispatched('design', 2, start + 2000)],
  [
    { type: 'step.completed', step: 'design', attempt: 2, output: { value: null }, at: start + 3500 },
    { type: 'step.skipped', step: 'kafka', reason: 'condition', at: start + 3500 },
    dispatched('terraform', 1, start + 3500),
  ],
);

describe('timelineOf', () => {
  it('tells in order what happened, and leaves the bookkeeping of the engine out (TL2)', () => {
    assert.deepEqual(
      timelineOf(retried).map((entry) => [entry.version, entry.text]),
      [
        [1, 'run started: demo 1.0.0'],
        [1, 'design asked of design-agent'],
        [2, 'design attempt 1 failed after 1.0s: LLM_UPSTREAM: the model provider was cut off'],
        [2, 'design will be tried again (attempt 2) at 00:00:02.000Z'],
        [3, 'design asked of design-agent (attempt 2)'],
        [4, 'design completed after 1.5s'],
        [4, 'kafka skipped: its condition is false'],
        [4, 'terraform asked of terraform-agent'],
      ],
    );
  });

  it('measures an attempt from its own dispatch and a run from its start', () => {
    const commits = [
      ...retried,
      ...commitsOf([{ type: 'run.completed', outputs: { value: {} }, at: start + 5000 }]),
    ];
    const durations = timelineOf(commits)
      .filter((entry) => entry.durationMs !== undefined)
      .map((entry) => [entry.type, entry.durationMs]);
    assert.deepEqual(durations, [
      ['attempt.failed', 1000],
      ['step.completed', 1500],
      ['run.completed', 5000],
    ]);
  });

  it('takes the time of the commit where an event has none of its own', () => {
    const retry = timelineOf(retried).find((entry) => entry.type === 'step.retryScheduled');
    assert.equal(retry?.at, start + 1000);
  });

  it('names the workflow that was asked for where no definition was found', () => {
    const { workflow: _none, ...unknown } = started;
    const [entry, end] = timelineOf(
      commitsOf([
        unknown,
        { type: 'run.failed', failure: failure('WF_UNKNOWN_WORKFLOW', 'no such workflow'), at: start },
      ]),
    );
    assert.equal(entry?.text, 'run started: demo');
    assert.equal(end?.failure?.code, 'WF_UNKNOWN_WORKFLOW');
  });
});

describe('stepsOf', () => {
  it('gives every known step its status, attempts and times, in the order of the definition', () => {
    const steps = stepsOf(retried, ['design', 'terraform', 'kafka', 'report']);
    assert.deepEqual(
      steps.map((step) => [step.step, step.status, step.attempts]),
      [
        ['design', 'completed', 2],
        ['terraform', 'running', 1],
        ['kafka', 'skipped', 0],
        ['report', 'waiting', 0],
      ],
    );
    assert.equal(steps[0]?.startedAt, start);
    assert.equal(steps[0]?.endedAt, start + 3500);
    assert.equal(steps[2]?.skipped, 'condition');
  });

  it('says when the next attempt is due while a step backs off, and not afterwards', () => {
    const [waiting] = stepsOf(retried.slice(0, 2));
    assert.equal(waiting?.status, 'backingOff');
    assert.equal(waiting?.retryAt, start + 2000);
    assert.equal(waiting?.failure?.code, 'LLM_UPSTREAM');
    assert.equal(stepsOf(retried.slice(0, 3))[0]?.retryAt, undefined);
  });

  it('keeps a failed step apart from the run that fails with it', () => {
    const failed = commitsOf(
      [started, dispatched('design', 1, start)],
      [
        { type: 'step.failed', step: 'design', failure: upstream, caught: false, at: start + 10 },
        { type: 'run.failed', step: 'design', failure: upstream, at: start + 10 },
      ],
    );
    assert.deepEqual(
      stepsOf(failed).map((step) => step.status),
      ['failed'],
    );
    assert.equal(
      timelineOf(failed).at(-1)?.text.startsWith('run failed at design after 10ms: LLM_UPSTREAM'),
      true,
    );
  });
});

describe('durationText', () => {
  it('uses two units at most', () => {
    const texts = [0, 999, 1000, 59_999, 60_000, 3_599_000, 3_600_000, 90_000_000].map(durationText);
    assert.deepEqual(texts, ['0ms', '999ms', '1.0s', '59.9s', '1m 0s', '59m 59s', '1h 0m', '1d 1h']);
  });
});
