import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { type Json } from '../json.ts';
import { failure, type Failure, type Result } from '../failure.ts';
import { checkInput, checkOutput, failureOfThrown, outputLimitBytes } from './boundary.ts';
import { AgentFailure } from './contract.ts';
import { defineAgent } from './define-agent.ts';

const agentOf = <I, O>(input: z.ZodType<I>, output: z.ZodType<O>) =>
  defineAgent({
    name: 'sample',
    description: 'for tests',
    version: '1.0.0',
    input,
    output,
    run: () => Promise.reject(new Error('never called')),
  });
const anything = agentOf(z.unknown(), z.unknown());
const strict = agentOf(
  z.strictObject({ idea: z.string().min(1) }),
  z.strictObject({ items: z.array(z.strictObject({ 'a/b': z.number() })) }),
);

function problemOf<T>(result: Result<T>): Failure {
  assert.equal(result.ok, false, 'a failure was expected');
  return result.ok ? failure('AGENT_THREW', '') : result.problem;
}

test('an input that fits is given as the agent’s type', () => {
  assert.deepEqual(checkInput(strict, { idea: 'x' }), { ok: true, value: { idea: 'x' } });
});

test('an input that does not fit names pointer, expectation and value', () => {
  const problem = problemOf(checkInput(strict, { idea: '' }));
  assert.equal(problem.code, 'AGENT_INPUT_INVALID');
  assert.equal(problem.retryable, false);
  assert.match(problem.message, /got "" at \/idea, expected .*Change the step's `with`/);
  assert.deepEqual((problem.details as Json[])[0], {
    pointer: '/idea',
    expected: 'string to have >=1 characters',
    got: '""',
  });
});

test('an output of the wrong shape or with extra fields is invalid at its pointer', () => {
  const problem = problemOf(checkOutput(strict, { items: [{ 'a/b': 'no' }] }));
  assert.equal(problem.code, 'AGENT_OUTPUT_INVALID');
  assert.deepEqual(
    (problem.details as { pointer: string }[]).map((detail) => detail.pointer),
    ['/items/0/a~1b'],
  );
  assert.match(problem.message, /got "no" at \/items\/0\/a~1b/);
  assert.equal(problemOf(checkOutput(strict, { items: [], more: 1 })).code, 'AGENT_OUTPUT_INVALID');
});

test('what JSON cannot carry is an output type failure at its pointer', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = { back: cyclic };
  const deep = Array.from({ length: 100 }).reduce<unknown>((inside) => [inside], 1);
  const cases: readonly (readonly [unknown, string])[] = [
    [10n, ''],
    [{ at: new Date(0) }, '/at'],
    [{ m: [new Map()] }, '/m/0'],
    [cyclic, '/self/back'],
    [() => 1, ''],
    [Symbol('s'), ''],
    [undefined, ''],
    [[undefined], '/0'],
    [{ n: Number.NaN }, '/n'],
    [{ n: Number.POSITIVE_INFINITY }, '/n'],
    [{ t: '\ud800' }, '/t'],
    [JSON.parse('{"__proto__":{"admin":true}}'), '/__proto__'],
    [Promise.resolve(1), ''],
    [new (class Point {})(), ''],
    [new Uint8Array(2), ''],
    [deep, '/0'.repeat(64)],
  ];
  for (const [value, pointer] of cases) {
    const problem = problemOf(checkOutput(anything, value));
    assert.equal(problem.code, 'AGENT_OUTPUT_TYPE');
    assert.equal((problem.details as { pointer: string }[])[0]?.pointer, pointer);
  }
});

test('hostile outputs are failures, never exceptions', () => {
  const hostile: Record<string, unknown> = {};
  Object.defineProperty(hostile, 'x', {
    enumerable: true,
    get() {
      throw new Error('boom');
    },
  });
  const proxy = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no keys');
      },
      getPrototypeOf: () => {
        throw new Error('no');
      },
    },
  );
  for (const value of [hostile, proxy])
    assert.equal(problemOf(checkOutput(anything, value)).code, 'AGENT_OUTPUT_TYPE');
});

test('an output above the limit is too large, however it is made up', () => {
  for (const value of ['x'.repeat(outputLimitBytes), Array.from({ length: outputLimitBytes / 8 }, () => 1)]) {
    assert.equal(problemOf(checkOutput(anything, { value })).code, 'PAYLOAD_TOO_LARGE');
  }
});

test('an undefined member is left out, and a transformed output is what counts', () => {
  assert.deepEqual(checkOutput(anything, { a: undefined, b: 1 }), { ok: true, value: { b: 1 } });
  const upper = agentOf(
    z.unknown(),
    z.string().transform((text) => text.toUpperCase()),
  );
  assert.deepEqual(checkOutput(upper, 'ab'), { ok: true, value: 'AB' });
  const dated = agentOf(
    z.unknown(),
    z.string().transform((text) => new Date(text)),
  );
  assert.equal(problemOf(checkOutput(dated, '2026-01-01')).code, 'AGENT_OUTPUT_TYPE');
});

test('a schema whose refinement throws gives a failure', () => {
  const throwing = agentOf(
    z.string().refine(() => {
      throw new Error('bad schema');
    }),
    z.unknown(),
  );
  assert.equal(problemOf(checkInput(throwing, 'x')).code, 'AGENT_INPUT_INVALID');
});

test('any JSON passes the boundary unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const checked = checkOutput(anything, value);
      // Keys that touch prototypes and lone surrogates are refused on purpose.
      if (checked.ok) assert.deepEqual(checked.value, JSON.parse(JSON.stringify(value)));
      else assert.match(checked.problem.message, /key other than|whole Unicode/);
    }),
  );
});

test('a failure that an agent threw keeps its code, retryability and details', () => {
  const thrown = new AgentFailure({
    code: 'QUOTA_USED',
    message: 'no',
    retryable: true,
    details: { n: 1 },
    retryAfterMs: 5,
  });
  assert.deepEqual(failureOfThrown(thrown), {
    code: 'QUOTA_USED',
    message: 'no',
    retryable: true,
    details: { n: 1 },
    retryAfterMs: 5,
  });
});

test('anything else that is thrown becomes AGENT_THREW with a short message', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const trap = (): never => {
    throw new Error('trap');
  };
  const hostile = new Proxy({}, { get: trap, getPrototypeOf: trap, ownKeys: trap });
  const getter = Object.defineProperty(new Error('x'), 'message', { get: trap });
  const odd = new AgentFailure({ code: 'not a code', message: 'm', retryable: false });
  for (const thrown of [
    'text',
    undefined,
    null,
    7,
    circular,
    hostile,
    getter,
    odd,
    new Error('x'.repeat(9000)),
  ]) {
    const problem = failureOfThrown(thrown);
    assert.equal(problem.code, 'AGENT_THREW');
    assert.equal(problem.retryable, true);
    assert.ok(
      problem.message.length <= 500 && problem.message.startsWith('the agent threw '),
      problem.message,
    );
  }
});

test('a thrown message that carries a provider key is not repeated', () => {
  const problem = failureOfThrown(new Error('401 for sk-proj-abcdefghijklmnop'));
  assert.ok(!problem.message.includes('abcdefgh'));
});
