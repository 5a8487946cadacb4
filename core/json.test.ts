import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalJson, digestOf, isJsonObject, isNestedOver, sha256, type Json } from './json.ts';

const json: fc.Arbitrary<Json> = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** The same value with the members of every object in the opposite order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const);
  return Object.fromEntries(members.reverse());
}

test('canonical text is the same in any order of keys, and reads back as the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.equal(canonicalJson(reversed(value)), canonicalJson(value));
      assert.deepEqual(JSON.parse(canonicalJson(value)), value);
    }),
  );
});

test('different values have different canonical text', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      let equal = true;
      try {
        assert.deepEqual(a, b);
      } catch {
        equal = false;
      }
      assert.equal(canonicalJson(a) === canonicalJson(b), equal);
    }),
  );
});

test('canonical text is what JSON writes of a value whose keys are in order, however many and whatever they hold', () => {
  const key = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('10', '9', '"', '\ud800', 'a', 'A'),
  );
  const many = fc.dictionary(
    key,
    fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.constant('\udfff"')),
    {
      maxKeys: 40,
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(many, (members) => {
      const expected = Object.keys(members)
        .sort()
        .map((name) => `${JSON.stringify(name)}:${JSON.stringify(members[name])}`);
      assert.equal(canonicalJson(members), `{${expected.join(',')}}`);
    }),
  );
});

test('the order of lists matters', () => assert.notEqual(digestOf([1, 2]), digestOf([2, 1])));

test('canonical text sorts keys by UTF-16 code unit and writes numbers as RFC 8785 does', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  assert.equal(
    canonicalJson(value),
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
  );
  assert.equal(
    canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0, true, null, 'a"\\\n\u000f/']),
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0,true,null,"a\\"\\\\\\n\\u000f/"]',
  );
});

test('many keys are put in order as few are, and members without value are left out', () => {
  for (const size of [15, 16, 17, 40]) {
    const keys = Array.from({ length: size }, (_, at) => `k${at + 10}`);
    const text = `{${keys.map((key) => `"${key}":1`).join(',')}}`;
    assert.equal(canonicalJson(Object.fromEntries(keys.toReversed().map((key) => [key, 1]))), text);
  }
  assert.equal(canonicalJson({ b: 1, a: undefined } as unknown as Json), '{"b":1}');
});

test('a member named __proto__ is a member like any other', () => {
  const value = JSON.parse('{"__proto__":{"a":1}}') as Json;
  assert.equal(canonicalJson(value), '{"__proto__":{"a":1}}');
});

test('levels are those of lists and objects that stand in each other, along the deepest way', () => {
  const levels = (value: Json | undefined): number =>
    [0, 1, 2, 3, 4].findIndex((most) => !isNestedOver(most, value));
  for (const plain of [undefined, null, true, 7, '', 'text']) assert.equal(levels(plain), 0);
  for (const one of [[], {}, [null], ['text'], { a: 1 }]) assert.equal(levels(one), 1);
  for (const three of [[1, { a: [] }], { a: [], b: [{}] }, [[['x']], [], 1]])
    assert.equal(levels(three), 3, JSON.stringify(three));
});

test('levels beyond those asked for are not looked at', () => {
  const endless: Json[] = [];
  endless.push(endless);
  assert.equal(isNestedOver(64, endless), true);
});

test('digests are SHA-256 of the canonical text', () => {
  assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(digestOf({ b: 1, a: [] }), `sha256:${sha256('{"a":[],"b":1}')}`);
});
