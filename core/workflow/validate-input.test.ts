import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Json, type JsonObject } from '../json.ts';
import { parseWorkflow } from './parse.ts';
import { isRange, isVersion } from './version-range.ts';
import { validateInput } from './validate-input.ts';

const definitionOf = (inputs: string) => {
  const parsed = parseWorkflow(
    `name: shop\nversion: "1.0.0"\ninputs: ${inputs}\nsteps:\n  a: { agent: x }\n`,
  );
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
};
const problemOf = (inputs: string, input: Json) => {
  const result = validateInput(definitionOf(inputs), input);
  assert.ok(!result.ok);
  return result.problem;
};
const text = (what: string, names: string): string =>
  `input does not fit workflow shop 1.0.0: ${what}. Give the inputs it declares: ${names}`;

it('an input that is no object is told by its kind', () => {
  const rows: readonly (readonly [input: Json, got: string])[] = [
    [null, 'null'],
    [[1], 'a list'],
    ['x', 'a string'],
    [3, 'a number'],
    [true, 'a boolean'],
  ];
  for (const [input, got] of rows)
    assert.deepEqual(problemOf('{ idea: string, count: integer }', input), {
      code: 'INPUT_INVALID',
      message: text(`expected an object with idea, count, got ${got}`, 'idea, count'),
      retryable: false,
      details: { workflow: 'shop', version: '1.0.0', problems: [] },
    });
  assert.equal(problemOf('{}', 7).message, text('expected an object with none, got a number', 'none'));
});

it('an unknown input is told with the one that is near, and no other problem is', () => {
  const { message, details } = problemOf('{ idea: string, count: { type: integer, default: 1 } }', {
    idea: 7,
    cuont: 1,
    zzzzzzzz: 2,
  });
  const problems = [
    { path: '/cuont', message: '/cuont: expected no such key', expected: 'no such key', got: '1', hint: "did you mean 'count'?" },
    { path: '/zzzzzzzz', message: '/zzzzzzzz: expected no such key', expected: 'no such key', got: '2' },
    { path: '/idea', message: '/idea: expected string', expected: 'string', got: '7' },
  ]; // prettier-ignore
  assert.deepEqual(details, { workflow: 'shop', version: '1.0.0', problems });
  const told = problems
    .map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`)
    .join('; ');
  assert.equal(message, text(told, 'idea, count'));
});

it('the first three problems stand in the message, all of them in the details', () => {
  const { message, details } = problemOf('{ a: string, b: string, c: string, d: string }', {});
  assert.equal(message.split('expected a value, got nothing').length - 1, 3);
  assert.equal((details as { problems: unknown[] }).problems.length, 4);
});

it('a schema that is refused after all is told, and so is a problem of the whole input', () => {
  const definition = definitionOf('{ i: string }');
  const given = (inputSchema: JsonObject) => validateInput({ ...definition, inputSchema }, {});
  const details = { workflow: 'shop', version: '1.0.0', problems: [] as readonly JsonObject[] };
  const failed = (what: string, problems: readonly JsonObject[]) => ({
    ok: false,
    problem: {
      ...{ code: 'INPUT_INVALID', message: text(what, 'none'), retryable: false },
      details: { ...details, problems },
    },
  });
  assert.deepEqual(
    given({ minimun: 1, foo: 2 }),
    failed("unknown keyword 'minimun'; unknown keyword 'foo'", []),
  );
  const whole = { path: '', message: '', expected: 'at least 1 keys', got: '{}' };
  assert.deepEqual(
    given({ minProperties: 1 }),
    failed('/: expected at least 1 keys, got {}', [
      { ...whole, message: 'the value: expected at least 1 keys' },
    ]),
  );
});

it('limits are told in the units they are in', () => {
  const rows: readonly (readonly [schema: string, value: Json, expected: string])[] = [
    ['{ type: string, minLength: 2 }', 'x', 'at least 2 characters'],
    ['{ type: string, maxLength: 2 }', 'xyz', 'at most 2 characters'],
    ['{ type: array, minItems: 2 }', [], 'at least 2 items'],
    ['{ type: array, maxItems: 1 }', [1, 2], 'at most 1 items'],
    ['{ type: object, minProperties: 1 }', {}, 'at least 1 keys'],
    ['{ type: object, maxProperties: 0 }', { a: 1 }, 'at most 0 keys'],
    ['{ type: number, minimum: 2 }', 1, '>= 2'],
    ['{ enum: [a, 1] }', 'b', 'one of ["a",1]'],
    ['{ type: object, properties: {}, unevaluatedProperties: false }', { a: 1 }, 'no such key'],
    ['{ const: 1 }', 2, 'equal to constant'],
    [
      '{ type: array, uniqueItems: true }',
      [1, 1],
      'NOT have duplicate items (items ## 0 and 1 are identical)',
    ],
  ];
  for (const [schema, value, expected] of rows) {
    const { message } = problemOf(`{ i: ${schema} }`, { i: value });
    assert.ok(message.includes(`: expected ${expected}, got `), message);
  }
});

it('at most twenty problems of a value are told', () => {
  const { details } = problemOf('{ i: { type: array, items: { type: string } } }', { i: Array(30).fill(1) });
  assert.equal((details as { problems: unknown[] }).problems.length, 20);
});

it('a default is filled in where nothing is given, null and false too', () => {
  const definition = definitionOf(
    '{ a: { default: null }, b: { type: boolean, default: false }, c: { type: string, required: false } }',
  );
  assert.deepEqual(validateInput(definition, {}), { ok: true, value: { a: null, b: false } });
  assert.deepEqual(validateInput(definition, { b: true, c: 'x' }), {
    ok: true,
    value: { a: null, b: true, c: 'x' },
  });
});

it('a version or a range of more than eighty signs is none', () => {
  const version = (length: number) => `1.0.0-${'x'.repeat(length - 6)}`;
  assert.deepEqual(
    [80, 81].map((length) => isVersion(version(length))),
    [true, false],
  );
  assert.deepEqual(
    [80, 81].map((length) => isRange(version(length))),
    [true, false],
  );
});
