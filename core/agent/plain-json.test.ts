import assert from 'node:assert/strict';
import { test } from 'node:test';
import { depthLimit, toJson } from './plain-json.ts';

const limit = 1000;
const problemOf = (value: unknown, most = limit) => {
  const copied = toJson(value, most);
  assert.ok(!copied.ok);
  return copied.problem;
};
const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

test('plain data is copied: members that are undefined left out, negative zero made zero', () => {
  const value = { a: [1, -0, 'x', true, null], b: undefined, 'c/d~': { e: 1.5 } };
  const copied = toJson(value, limit);
  assert.deepEqual(copied, { ok: true, value: { a: [1, 0, 'x', true, null], 'c/d~': { e: 1.5 } } });
  assert.deepEqual(toJson(Object.assign(Object.create(null), { a: 1 }), limit), {
    ok: true,
    value: { a: 1 },
  });
});

test('what is no JSON is refused with its place and what was expected', () => {
  class Order {}
  const loop: Record<string, unknown> = {};
  loop['me'] = [loop];
  const json = 'JSON: an object, a list, text, a number, a boolean or null';
  const cases: readonly (readonly [value: unknown, pointer: string, expected: string, got: string])[] = [
    [{ a: [1, NaN] }, '/a/1', 'a finite number', 'NaN'],
    [Infinity, '', 'a finite number', 'Infinity'],
    ['\ud800', '', 'text of whole Unicode characters', '"\\ud800"'],
    [{ '\ud800': 1 }, '', 'keys of whole Unicode characters', 'an object with keys \ud800'],
    [[1n], '/0', json, '1n'],
    [[undefined], '/0', json, 'undefined'],
    [{ f: () => 1 }, '/f', json, 'a function'],
    [{ s: Symbol('s') }, '/s', json, 'a symbol'],
    [loop, '/me/0', 'a value that does not contain itself', 'an object with keys me'],
    [new Order(), '', 'a plain object', 'a Order'],
    [{ d: new Date(0) }, '/d', 'a plain object', 'a Date'],
    [{ 'a/b~': { c: NaN } }, '/a~1b~0/c', 'a finite number', 'NaN'],
    [{ constructor: 7 }, '/constructor', 'a key other than __proto__, constructor and prototype', '7'],
    [
      JSON.parse('{"__proto__":7}'),
      '/__proto__',
      'a key other than __proto__, constructor and prototype',
      '7',
    ],
    [{ prototype: 7 }, '/prototype', 'a key other than __proto__, constructor and prototype', '7'],
  ];
  for (const [value, pointer, expected, got] of cases)
    assert.deepEqual(problemOf(value), { pointer, expected, got, tooLarge: false });
});

test('a value that throws when it is looked at is refused', () => {
  const trap = (): never => {
    throw new Error('trap');
  };
  const expected = { pointer: '', expected: 'a value that can be read', tooLarge: false };
  const hostile = new Proxy({}, { ownKeys: trap });
  assert.deepEqual(problemOf(hostile), { ...expected, got: 'a value that cannot be read' });
  const getter = Object.defineProperty({}, 'a', { get: trap, enumerable: true });
  assert.deepEqual(problemOf(getter), { ...expected, got: 'an object with keys a' });
});

test('the same object twice is no circle, and levels are counted down to the limit', () => {
  const shared = { a: 1 };
  assert.deepEqual(toJson([shared, shared], limit), { ok: true, value: [{ a: 1 }, { a: 1 }] });
  assert.ok(toJson(nested(depthLimit), limit).ok);
  assert.equal(problemOf(nested(depthLimit + 1)).expected, 'at most 64 levels');
});

test('a value beyond the limit is too large, and one at the limit is not', () => {
  const sizes: readonly (readonly [value: unknown, bytes: number])[] = [
    ['abc', 5],
    ['é', 4],
    [1, 8],
    [true, 5],
    [null, 4],
    [[], 1],
    [[null, null], 4 + 4 + 3],
    [{}, 2],
    [{ ab: null }, 2 + 4 + 6],
  ];
  for (const [value, bytes] of sizes) {
    assert.ok(toJson(value, bytes).ok, JSON.stringify(value));
    const { expected, got, tooLarge } = problemOf(value, bytes - 1);
    assert.deepEqual([expected, got, tooLarge], [`at most ${bytes - 1} bytes of JSON`, 'more', true]);
  }
  assert.equal(problemOf({ a: ['x'.repeat(limit)] }).pointer, '/a/0');
  assert.equal(
    problemOf({ a: Array.from({ length: limit + 1 }) }).tooLarge,
    true,
    'before a member is looked at',
  );
});
