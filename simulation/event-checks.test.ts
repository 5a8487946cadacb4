import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '#core/failure.ts';
import { type RunId } from '#core/ids.ts';
import { commitSchema } from '#core/ports.ts';
import { type RunEvent } from '#core/run/types.ts';
import { createEventChecks } from './event-checks.ts';
import { ordinary } from './scenario.ts';
import { definitionOf, scenarios } from './scenarios.ts';

const definition = definitionOf(`name: checked
version: "1.0.0"
steps:
  one: { agent: worker, retry: { max: 2, delay: 1s, jitter: none } }
  two: { agent: worker, needs: [one] }
`);
const runId = '0'.repeat(26) as RunId;
const { name, version, digest } = definition;
const started = {
  type: 'run.started',
  runId,
  ...{ source: '/s', id: 'i', payloadDigest: 'd', asked: name, tenant: 'default' },
  ...{ workflow: { name, version, digest }, steps: 2, input: { value: {} }, at: 0 },
} satisfies RunEvent;
const dispatched = (step: string, attempt = 1, at = 0): RunEvent => ({
  ...{ type: 'step.dispatched', step, attempt, agent: 'worker', input: { value: {} }, at },
  deadlineAt: at + 10_000,
});
const completed = (step: string): RunEvent => ({
  ...{ type: 'step.completed', step, attempt: 1, output: { value: null }, at: 1 },
});
const failed = (step: string, retryable: boolean, answered = true, at = 1): RunEvent => ({
  ...{ type: 'attempt.failed', step, attempt: 1, answered, at },
  failure: failure('AGENT_THREW', 'simulated', { retryable }),
});
const retry = (retryAt: number): RunEvent => ({
  ...{ type: 'step.retryScheduled', step: 'one', attempt: 2, retryAt },
});

function violationsOf(...events: readonly RunEvent[]): readonly string[] {
  const violations: string[] = [];
  const checks = createEventChecks([definition], (what) => violations.push(what));
  const all = [started, ...events];
  checks.stored({ schema: commitSchema, runId, version: 1, causes: [], events: all, published: 0, at: 0 });
  return violations.map((violation) => violation.split(':')[0] ?? '');
}

describe('checks of single events', () => {
  it('find nothing in a history as it should be', () => {
    const good = [dispatched('one'), failed('one', true), retry(1_001), dispatched('one', 2, 1_001)];
    assert.deepEqual(violationsOf(...good), []);
    const end: RunEvent = { type: 'run.completed', outputs: { value: {} }, at: 2 };
    const all = [dispatched('one'), completed('one'), dispatched('two'), completed('two'), end];
    assert.deepEqual(violationsOf(...all), []);
  });

  it('I9: find a join that fires early or again, and a run that ends before its steps', () => {
    assert.deepEqual(violationsOf(dispatched('one'), dispatched('two')), ['I9']);
    assert.deepEqual(violationsOf(dispatched('one'), completed('one'), dispatched('one')), ['I9']);
    assert.deepEqual(
      violationsOf(dispatched('one'), completed('one'), {
        type: 'run.completed',
        outputs: { value: {} },
        at: 2,
      }),
      ['I9'],
    );
  });

  it('I10: find a timeout and a retry that come early', () => {
    assert.deepEqual(violationsOf(dispatched('one'), failed('one', true, false, 9_999)), ['I10']);
    const early = [failed('one', true), retry(1_001), dispatched('one', 2, 1_000)];
    assert.deepEqual(violationsOf(dispatched('one'), ...early), ['I10']);
  });

  it('I11: find a final failure that is tried again, a wait beyond the policy, and a retry that never comes', () => {
    assert.deepEqual(violationsOf(dispatched('one'), failed('one', false), retry(1_001)), ['I11']);
    assert.deepEqual(violationsOf(dispatched('one'), failed('one', true), retry(90_000)), ['I11']);
    const given: RunEvent = {
      ...{ type: 'step.failed', step: 'one', caught: false, at: 1 },
      failure: failure('AGENT_THREW', 'simulated', { retryable: true }),
    };
    assert.deepEqual(violationsOf(dispatched('one'), failed('one', true), given), ['I11']);
  });

  it('I12: find an answer recorded as late that was not given up, or twice', () => {
    const late: RunEvent = { type: 'response.late', step: 'one', attempt: 1, at: 20_000 };
    assert.deepEqual(violationsOf(dispatched('one'), completed('one'), late), ['I12']);
    const twice = [failed('one', false, false, 10_000), late, late];
    assert.deepEqual(violationsOf(dispatched('one'), ...twice), ['I12']);
  });

  it('I18: find a step, an agent or a definition that is not the run’s own', () => {
    assert.deepEqual(violationsOf(dispatched('three')), ['I18']);
    assert.deepEqual(violationsOf({ ...dispatched('one'), agent: 'other' } as RunEvent), ['I18']);
    const violations: string[] = [];
    const checks = createEventChecks([], (what) => violations.push(what));
    checks.stored({
      schema: commitSchema,
      runId,
      version: 1,
      causes: [],
      events: [started],
      published: 0,
      at: 0,
    });
    assert.match(violations[0] ?? '', /^I18: /);
  });

  it('C5 and I23: find a cancel or a conflict that is taken in twice', () => {
    const cancel: RunEvent = { type: 'cancel.requested', source: '/s', id: 'c', by: 'me', at: 1 };
    assert.deepEqual(violationsOf(cancel, cancel), ['C5']);
    const conflict: RunEvent = { type: 'start.conflicted', source: '/s', id: 'i', payloadDigest: 'other' };
    assert.deepEqual(violationsOf(conflict, conflict), ['I23']);
  });

  it('count what was stored, for those who want to know that it was reached', async () => {
    const [chain] = scenarios;
    assert.ok(chain);
    const { met } = await ordinary(chain);
    assert.equal(met.get('event step.dispatched'), 3);
    assert.equal(met.get('event run.completed'), 1);
  });
});
