import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { eventCatalog, type EventType } from './event-catalog.ts';
import {
  outcomeData,
  outputData,
  parseOutcome,
  parseOutput,
  parseStartRequest,
  parseTask,
  taskData,
  type Task,
  type TaskOutcome,
} from './event-data.ts';
import { type Failure } from './failure.ts';
import { clampFailure, messageLimit } from './foreign-failure.ts';
import { type Json, type JsonObject } from './json.ts';
import { inlineLimitBytes, type Payload } from './payload.ts';
import { type RunOutcome } from './run/types.ts';

const ajv = new Ajv2020({ allErrors: true });
const schemas = new Map<string, ValidateFunction>(
  Object.entries(eventCatalog).map(([type, entry]) => [type, ajv.compile(entry.data)]),
);
const digest = `sha256:${'0a'.repeat(32)}`;
const goodRef = { at: '', ref: { digest, bytes: 20_000 } };

test('everything that is written fits the catalog', () => {
  const check = ({ type, data }: { type: EventType; data: Json }): void => {
    assert.ok(schemas.get(type)?.(data), JSON.stringify(schemas.get(type)?.errors));
  };
  const payload: Payload = { value: { a: null }, refs: [{ at: '/a', ref: goodRef.ref }] };
  const failed: Failure = {
    code: 'not a code',
    message: 'x'.repeat(5000),
    retryable: false,
    retryAfterMs: 5,
    details: 1,
  };
  check({ type: 'dev.baton.step.requested.v1', data: taskData(task) });
  check(outcomeData({ status: 'completed', output: payload, usage: { calls: 1 } }));
  check(outcomeData({ status: 'failed', failure: failed }));
  check(outputData('w', { status: 'completed', outputs: payload }));
  check(outputData('w', { status: 'failed', failure: failed, step: 's' }));
  check(outputData('w', { status: 'cancelled', by: 'me', reason: 'r' }));
});

const task: Task = {
  agent: 'app-designer',
  workflow: { name: 'w', version: '1.0.0', digest },
  input: {
    value: { big: null, 'a/b~c': [null] },
    refs: [goodRef.ref, goodRef.ref].map((ref, at) => ({ at: at === 0 ? '/big' : '/a~1b~0c/0', ref })),
  },
};

test('tasks, outcomes and outputs come back as they were written', () => {
  const parsed = parseTask(taskData(task));
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value, task);
  const boom: Failure = {
    code: 'MY_CODE',
    message: 'boom',
    retryable: true,
    details: { a: 1 },
    retryAfterMs: 10,
  };
  const outcomes: TaskOutcome[] = [
    { status: 'completed', output: task.input, usage: { calls: 1 } },
    { status: 'completed', output: { value: null } },
    { status: 'failed', failure: boom },
  ];
  for (const outcome of outcomes) {
    const { type, data } = outcomeData(outcome);
    assert.deepEqual(parseOutcome(type, data), { ok: true, value: outcome });
  }
  const outputs: RunOutcome[] = [
    { status: 'completed', outputs: { value: {} } },
    { status: 'failed', failure: boom, step: 'design' },
    { status: 'failed', failure: boom },
    { status: 'cancelled', by: 'me', reason: 'changed my mind' },
    { status: 'cancelled', by: 'me' },
  ];
  for (const outcome of outputs) {
    const { type, data } = outputData('w', outcome);
    assert.deepEqual(parseOutput(type, data), { ok: true, value: outcome });
  }
});

test('a start names its workflow with or without a range, and has an input in any case', () => {
  const workflowOf = (asked: string): unknown => {
    const parsed = parseStartRequest({ workflow: asked });
    return parsed.ok ? [parsed.value.workflow, parsed.value.asked, parsed.value.input] : parsed.problem;
  };
  assert.deepEqual(workflowOf('design'), [{ name: 'design' }, 'design', {}]);
  assert.deepEqual(workflowOf('design@^1.2'), [{ name: 'design', range: '^1.2' }, 'design@^1.2', {}]);
  assert.deepEqual(workflowOf('design@'), [{ name: 'design' }, 'design@', {}]);
});

test('a refusal names the place, the value and what was expected', () => {
  const parsed = parseStartRequest({ workflow: 'w', input: [1] });
  assert.ok(!parsed.ok);
  assert.match(parsed.problem.message, /at \/input: got a list of 1; expected an object; /);
  assert.deepEqual(parsed.problem.details, { path: '/input' });
});

test('a claim check that points nowhere, at a value or twice at one place is refused', () => {
  for (const [output, places] of [
    [{ a: 1 }, ['/a']],
    [{ a: null }, ['/b']],
    [{ a: null }, ['a']],
    [{ a: null }, ['/a', '/a']],
    [{ a: null }, ['/__proto__']],
    [[null], ['/00']],
    [[null], ['/length']],
    ['text', ['/0']],
  ] as const satisfies readonly (readonly [Json, readonly string[]])[]) {
    const data: JsonObject = { output, refs: places.map((at) => ({ at, ref: goodRef.ref })) };
    assert.equal(parseOutcome('dev.baton.step.completed.v1', data).ok, false, JSON.stringify(data));
  }
});

test('an outcome or output of another type is refused', () => {
  assert.equal(parseOutcome('dev.baton.run.completed.v1', { output: 1 }).ok, false);
  assert.equal(parseOutput('dev.baton.step.completed.v1', { workflow: 'w', outputs: 1 }).ok, false);
});

test('a foreign failure is brought within bounds, whatever it holds', () => {
  const given = {
    code: 'oops!',
    message: `${'x'.repeat(messageLimit - 2)}😀😀`,
    retryable: 'yes',
    retryAfterMs: -1,
  };
  const clamped = clampFailure({ ...given, details: 'x'.repeat(inlineLimitBytes) });
  assert.equal(clamped.code, 'AGENT_THREW');
  assert.equal(clamped.message.length, messageLimit);
  assert.ok(clamped.message.isWellFormed());
  assert.equal(clamped.retryable, false);
  assert.ok(!('retryAfterMs' in clamped));
  assert.deepEqual(clamped.details, {
    omitted: `details of ${inlineLimitBytes + 2} bytes; at most ${inlineLimitBytes} are kept`,
  });
  assert.equal(clampFailure({}).code, 'AGENT_THREW');
});
