/** The members of `data`, one by one: what may be absent is absent, what is out of bounds is refused by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  outcomeData,
  outputData,
  parseCancel,
  parseOutcome,
  parseOutput,
  parseStartRequest,
  parseTask,
  parseWake,
  taskData,
} from './event-data.ts';
import { failure, type Failure, type Result } from './failure.ts';
import { type Json } from './json.ts';

const boom = failure('AGENT_THREW', 'boom');
const completed = 'dev.baton.step.completed.v1';
const failed = 'dev.baton.step.failed.v1';
const runFailed = 'dev.baton.run.failed.v1';
const cancelled = 'dev.baton.run.cancelled.v1';
const task = { agent: 'a', workflow: { name: 'w', version: '1.0.0', digest: 'd' }, input: { value: 1 } };

const told = (result: Result<unknown>): string => (result.ok ? 'accepted' : result.problem.message);
const refusal = (place: string, got: string, expected: string): string =>
  `The data of the event is not of the documented shape at ${place}: got ${got}; expected ${expected}; ` +
  'see the schema of this event type.';

test('data that is no object is refused by every parser', () => {
  const parsers: readonly ((data: Json | undefined) => Result<unknown>)[] = [
    ...[parseStartRequest, parseCancel, parseWake, parseTask],
    ...[completed, failed].map((type) => (data: Json | undefined) => parseOutcome(type, data)),
    ...[runFailed, cancelled].map((type) => (data: Json | undefined) => parseOutput(type, data)),
  ];
  for (const parse of parsers) {
    assert.equal(told(parse([])), refusal('its root', 'a list of 0', 'an object'));
    assert.equal(told(parse(undefined)), refusal('its root', 'nothing', 'an object'));
    const refused = parse(null);
    assert.deepEqual(!refused.ok && refused.problem, {
      ...failure('REQUEST_INVALID', refusal('its root', 'null', 'an object')),
      details: { path: '' },
    });
  }
});

test('a start keeps what it may have, and has no more', () => {
  const plain = { workflow: { name: 'w' }, asked: 'w', input: {} };
  assert.deepEqual(parseStartRequest({ workflow: 'w', more: 1 }), { ok: true, value: plain });
  const rest = { input: { a: 1 }, retryOf: 'r0', labels: { team: 'shop', stage: 'x' } };
  assert.deepEqual(parseStartRequest({ workflow: 'w', ...rest }), { ok: true, value: { ...plain, ...rest } });
  assert.equal(parseStartRequest({ workflow: 'w', labels: {} }).ok, true);
  assert.equal(parseStartRequest({ workflow: 'w', labels: { a: 'x', b: 1 } }).ok, false);
});

test('a cancel and a wake keep what they may have', () => {
  assert.deepEqual(parseCancel({ by: 'ada' }), { ok: true, value: { by: 'ada' } });
  assert.deepEqual(parseCancel({ by: 'ada', reason: '' }), { ok: true, value: { by: 'ada', reason: '' } });
  assert.deepEqual(parseWake({ wakeSentAt: 0 }), { ok: true, value: { wakeSentAt: 0 } });
});

test('a text has up to 1,024 characters, whatever their size', () => {
  const ok = (by: string) => parseCancel({ by, reason: by }).ok;
  for (const letter of ['x', '😀']) {
    assert.deepEqual(
      [1023, 1024, 1025, 2048, 2049].map((length) => ok(letter.repeat(length))),
      [true, true, false, false, false],
    );
  }
  assert.ok(ok(`${'😀'.repeat(1000)}${'x'.repeat(24)}`));
});

test('a task keeps where its secrets go, and has none where it has none', () => {
  const secrets = [{ at: '/key', name: 'SHOP_KEY' }];
  assert.deepEqual(parseTask(taskData({ ...task, secrets })), { ok: true, value: { ...task, secrets } });
  assert.deepEqual(parseTask(taskData(task)), { ok: true, value: task });
  assert.deepEqual(parseTask({ ...(taskData(task) as object), secrets: [] }), { ok: true, value: task });
  const { input: _none, ...without } = taskData(task) as { input: Json; agent: string };
  assert.equal(told(parseTask(without)), refusal('/input', 'nothing', 'a value'));
  assert.deepEqual(taskData({ ...task, secrets }), { ...(taskData(task) as object), secrets });
});

test('an outcome has what it says and nothing empty', () => {
  assert.deepEqual(outcomeData({ status: 'completed', output: { value: 1 } }).data, { output: 1 });
  assert.deepEqual(outcomeData({ status: 'failed', failure: boom }).data, { failure: boom });
  const more: Failure = { ...boom, details: 1, retryAfterMs: 0 };
  assert.deepEqual(outcomeData({ status: 'failed', failure: more }).data, { failure: more });
  assert.deepEqual(outputData('w', { status: 'failed', failure: boom }).data, {
    workflow: 'w',
    failure: boom,
  });
  assert.deepEqual(outputData('w', { status: 'cancelled', by: 'a' }).data, { workflow: 'w', by: 'a' });
});

test('an output that is not of its shape is refused by name', () => {
  const shape = 'an object with code, message and retryable';
  const rows: readonly (readonly [
    type: string,
    data: object,
    place: string,
    got: string,
    expected: string,
  ])[] = [
    [cancelled, { by: '' }, '/by', '""', 'who cancelled, 1 to 1024 characters'],
    [cancelled, { by: 'a', reason: 7 }, '/reason', '7', 'a string'],
    [runFailed, { failure: 'x' }, '/failure', '"x"', shape],
    [runFailed, { failure: boom, step: '' }, '/step', '""', 'a step id'],
    ['dev.baton.run.completed.v1', {}, '/outputs', 'nothing', 'a value'],
  ];
  for (const [type, data, place, got, expected] of rows)
    assert.equal(told(parseOutput(type, { workflow: 'w', ...data })), refusal(place, got, expected));
});

test('an event of another type is refused with where it belongs', () => {
  const elsewhere = 'send it to the topic of its type.';
  const wrong = parseOutcome('x', {});
  assert.deepEqual(
    !wrong.ok && wrong.problem,
    failure(
      'REQUEST_INVALID',
      `The event is of a type that does not belong here: got "x"; expected step.completed or step.failed; ${elsewhere}`,
    ),
  );
  assert.equal(
    told(parseOutput('x', { workflow: 'w' })),
    'The event is of a type that does not belong here: got "x"; expected run.completed, run.failed or run.cancelled; ' +
      elsewhere,
  );
});

test('a claim check has its two members and a digest, and nothing else', () => {
  const ref = { digest: `sha256:${'0a'.repeat(32)}`, bytes: 0 };
  const taken = (item: Json) => parseOutcome(completed, { output: null, refs: [item] }).ok;
  assert.equal(taken({ at: '', ref }), true);
  const bad: readonly Json[] = [
    ...[{ at: '', ref, more: 1 }, { at: 7, ref }, { at: '' }, { at: '', ref: 'x' }, 'x', null],
    ...[
      { ...ref, more: 1 },
      { ...ref, digest: 7 },
      { ...ref, digest: `x${ref.digest}` },
    ].map((r) => ({ at: '', ref: r })),
    ...[
      { ...ref, digest: `${ref.digest}0` },
      { ...ref, bytes: -1 },
      { ...ref, bytes: 0.5 },
    ].map((r) => ({ at: '', ref: r })),
  ];
  for (const item of bad) assert.equal(taken(item), false, JSON.stringify(item));
});
