/** Values of another type than the place is for: a list of one text reads like that text, and must not pass for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeData, parseOutcome } from './event-data.ts';
import { isStructured } from './event-headers.ts';
import { clampFailure } from './foreign-failure.ts';
import { longestDurationMs } from './workflow/duration.ts';
import { defaultTenant } from './ids.ts';
import { checkJson } from './json-bytes.ts';
import { valueAt } from './json-pointer.ts';
import { type Json } from './json.ts';
import { InfrastructureError } from './failure.ts';
import { deepestValue, inlineLimitBytes } from './payload.ts';
import { refusal } from './refusal.ts';

test('a list is neither the code of a failure nor a digest', () => {
  assert.equal(clampFailure({ code: ['LLM_RATE'], message: 'm', retryable: true }).code, 'AGENT_THREW');
  const ref = { digest: [`sha256:${'0a'.repeat(32)}`], bytes: 1 };
  const parsed = parseOutcome('dev.baton.step.completed.v1', { output: null, refs: [{ at: '', ref }] });
  assert.equal(parsed.ok, false);
});

test('an index of several digits leads to its element', () => {
  const list = Array.from({ length: 121 }, (_, n) => n);
  assert.equal(valueAt(list, '/10'), 10);
  assert.equal(valueAt(list, '/120'), 120);
  assert.equal(valueAt(list, '/01'), undefined);
});

test('the content type of a structured event is the whole header', () => {
  assert.ok(isStructured('application/cloudevents+json'));
  assert.ok(isStructured('Application/CloudEvents+JSON ; charset="UTF-8"'));
  for (const other of ['x-application/cloudevents+json', 'application/cloudevents+json-batch', ''])
    assert.ok(!isStructured(other), other);
});

test('runs without a tenant belong to the tenant "default", whose name stands in every store', () => {
  assert.equal(defaultTenant, 'default');
});

test('a refusal is one line of four parts, and keeps what caused it', () => {
  const parts = { code: 'C', what: 'it failed', got: 'x', expected: 'y', fix: 'do z' };
  const cause = new Error('inner');
  const error = refusal(parts, cause);
  assert.ok(error instanceof InfrastructureError);
  assert.equal(error.message, 'C: it failed. Got: x. Expected: y. Fix: do z.');
  assert.equal(error.cause, cause);
  assert.equal(Object.hasOwn(refusal(parts), 'cause'), false);
});

test('a wait that others ask for is of whole milliseconds, and no longer than any duration: its end is a date', () => {
  const wait = (retryAfterMs: number) =>
    clampFailure({ code: 'BUSY', message: 'm', retryable: true, retryAfterMs }).retryAfterMs;
  assert.deepEqual([0, 0.2, 7_000].map(wait), [0, 1, 7_000]);
  for (const none of [-1, NaN, Infinity]) assert.equal(wait(none), undefined);
  assert.deepEqual(
    [longestDurationMs, longestDurationMs + 1, 1e300].map(wait),
    Array(3).fill(longestDurationMs),
  );
  assert.ok(new Date(Date.parse('9999-12-31T00:00:00Z') + (wait(Number.MAX_VALUE) ?? NaN)).toISOString());
});

test('a usage that is longer than a value in the state gives way to its size', () => {
  const usageOf = (usage: string) => {
    const parsed = parseOutcome('dev.baton.step.completed.v1', { output: 1, usage });
    return parsed.ok && parsed.value.status === 'completed' ? parsed.value.usage : undefined;
  };
  const longest = 'x'.repeat(inlineLimitBytes - 2);
  assert.equal(usageOf(longest), longest);
  const omitted = `usage of ${inlineLimitBytes + 1} bytes; at most ${inlineLimitBytes} are kept`;
  assert.deepEqual(usageOf(`${longest}y`), { omitted });
});

const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);

test('the deepest value is the deepest that an event can hold', () => {
  const sent = (levels: number) =>
    outcomeData({ status: 'completed', output: { value: nested(levels) } }).data;
  assert.equal(checkJson(sent(deepestValue)), undefined);
  assert.equal(checkJson(sent(deepestValue + 1))?.code, 'CE_DATA_LIMIT');
});

test('details are kept as deep as the event of their failure can be read, and else give way to their depth', () => {
  const detailed = (levels: number) =>
    clampFailure({ code: 'BOOM', message: 'm', retryable: false, details: nested(levels) });
  const deepest = deepestValue - 1;
  const { data } = outcomeData({ status: 'failed', failure: detailed(deepest) });
  assert.deepEqual(data, { failure: { ...detailed(0), details: nested(deepest) } });
  assert.equal(checkJson(data), undefined);
  assert.equal(checkJson({ failure: { details: nested(deepest + 1) } })?.code, 'CE_DATA_LIMIT');
  const omitted = `details of more than ${deepest} levels; no more are kept`;
  assert.deepEqual(detailed(deepest + 1).details, { omitted });
});
