import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { type RetryPolicy } from '../workflow/definition.ts';
import { delayOf, retryAtOf } from './retry.ts';

const policy: RetryPolicy = {
  max: 3,
  delayMs: 1000,
  backoff: 'exponential',
  factor: 3,
  maxDelayMs: 5000,
  jitter: 'none',
};
const upstream = failure('LLM_UPSTREAM', 'cut off', { retryable: true });
const moment = { now: 10_000, random: 0.25 };

describe('retryAtOf', () => {
  it('gives none to a step without a policy', () => {
    assert.equal(retryAtOf(undefined, { attempt: 1, failure: upstream }, moment), undefined);
  });

  it('keeps within the attempts of the policy, the first included (R1)', () => {
    const at = (attempt: number) => retryAtOf(policy, { attempt, failure: upstream }, moment);
    assert.deepEqual([at(1), at(2), at(3), at(4)], [11_000, 13_000, undefined, undefined]);
  });

  it('gives none after a failure that is not retryable (R2)', () => {
    const final = failure('LLM_AUTH', 'no key');
    assert.equal(retryAtOf(policy, { attempt: 1, failure: final }, moment), undefined);
  });

  it('retries only the codes of `on`, where it is given', () => {
    const only = (...on: string[]) => retryAtOf({ ...policy, on }, { attempt: 1, failure: upstream }, moment);
    assert.equal(only('LLM_RATE', 'LLM_UPSTREAM'), 11_000);
    assert.equal(only('LLM_RATE'), undefined);
    assert.equal(only(), undefined);
  });

  it('retries both codes of a deadline where one is given, and no other for them (R4)', () => {
    const at = (code: string, ...on: string[]) =>
      retryAtOf({ ...policy, on }, { attempt: 1, failure: { ...upstream, code } }, moment);
    for (const on of ['STEP_TIMEOUT', 'AGENT_TIMEOUT'])
      assert.deepEqual([at('STEP_TIMEOUT', on), at('AGENT_TIMEOUT', on)], [11_000, 11_000], on);
    assert.equal(at('AGENT_TIMEOUT', 'LLM_RATE', 'STEP_TIMEOUT'), 11_000);
    assert.equal(at('LLM_RATE', 'STEP_TIMEOUT'), undefined);
    assert.equal(at('AGENT_TIMEOUT', 'LLM_RATE'), undefined);
  });

  it('waits longer where the failing side asked for it, never shorter (R3)', () => {
    const asked = (retryAfterMs: number) =>
      retryAtOf(policy, { attempt: 1, failure: { ...upstream, retryAfterMs } }, moment);
    assert.deepEqual([asked(20_000), asked(10)], [30_000, 11_000]);
  });
});

describe('delayOf', () => {
  const waits = (change: Partial<RetryPolicy>, random = 0.25) =>
    [1, 2, 3].map((attempt) => delayOf({ ...policy, ...change }, attempt, random));

  it('grows by the factor up to the bound', () => {
    assert.deepEqual(waits({}), [1000, 3000, 5000]);
  });

  it('stays the same where the backoff is fixed', () => {
    assert.deepEqual(waits({ backoff: 'fixed' }), [1000, 1000, 1000]);
  });

  it('with full jitter is a share of the bound, whole milliseconds', () => {
    assert.deepEqual(waits({ jitter: 'full' }), [250, 750, 1250]);
    assert.deepEqual(waits({ jitter: 'full', delayMs: 3 }, 0.5), [2, 5, 14]);
    assert.deepEqual(waits({ jitter: 'full' }, 0), [0, 0, 0]);
  });
});
