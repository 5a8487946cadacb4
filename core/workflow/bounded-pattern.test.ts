/** On which texts a pattern is tried, and what is said of a longer one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundedPattern, longestText, textsTooLong } from './bounded-pattern.ts';
import { type Json, type JsonObject } from '../json.ts';
import { compileSchema } from './json-schema.ts';

const square = 10_000;
const cube = 464;
const longest = (most: number, ...patterns: readonly string[]): void => {
  for (const pattern of patterns) assert.equal(longestText(pattern), most, pattern);
};

describe('a pattern is tried on texts of every length', () => {
  it('that repeats nothing without bound', () =>
    longest(Infinity, '', 'a', '^a$', '[ab]{3}', 'a?b?', '(a|b)'));
  it('that begins at the beginning, and shares nothing out', () =>
    longest(Infinity, '^a*$', '^[a-z]+-[0-9]+$', '^(?:a|b)+$', '^[a-z0-9.]+@[a-z]+$', '^a*(?:b|c)$'));
  it('whose one repetition is its end', () =>
    longest(
      Infinity,
      '\\S+',
      '.*',
      'a{2,}',
      '[a|b]*?',
      '\\p{L}+',
      '\\p{Lu}+',
      'a{12,}',
      'ab+',
      '\\\\a+',
      '[\\]]+',
      '\\++',
      'a{0,20}',
      ...['a\\u00e9*', '\\x41+', '\\u{1F600}+', '\\uD83D\\uDE00+', '\\cA{2,}', '😀+'],
    ));
});

describe('a pattern is tried on no longer text', () => {
  it('where what follows a repetition may fail, from every place in the text', () =>
    longest(
      square,
      'a+b',
      '(a+b)?',
      '\\S+$',
      '(a+)',
      'a+|^b+',
      '^a+|b',
      '^a+$|b',
      'a+b+',
      'a*\\p{L}',
      '\\\\+a',
      'a+\\+',
    ));
  it('where two repetitions share it out', () => {
    longest(
      square,
      '^a*a*$',
      '^a*a*b',
      '^[^@]+@[^@]+\\.[^@]+$',
      '^(?:a+a+)$',
      '^[(|]a*a*$',
      '(?:^a|^b)a*a*$',
      '^(?:(c)|b)a*a*$',
      '(^)a*a*$',
    );
    longest(cube, 'a*a*$', 'a*a*b', '(?:a|b)*a*b');
  });
  it('as short as it takes, where it is one of many that an earlier version stored', () => {
    longest(cube, '^a*a*a*$', '^\\w+\\s?\\w*\\s?\\w*$');
    longest(100, 'a*a*a*$');
  });
});

it('a longer text does not match, and is told', () => {
  const pattern = boundedPattern('a+b', 'u');
  const most = 'a'.repeat(square - 1) + 'b';
  assert.deepEqual(
    textsTooLong(() => pattern.test(most)),
    [true, []],
  );
  const text = `a${most}`;
  for (let again = 0; again < 2; again += 1)
    assert.deepEqual(
      textsTooLong(() => pattern.test(text)),
      [false, [{ pattern: 'a+b', text, most: square }]],
    );
  assert.equal(String(pattern), '/a+b/u');
});

describe('a schema', () => {
  const long = 'a'.repeat(square + 1);
  const expected =
    'at most 10000 characters where the pattern "[a-z]+@" is tried, which takes too long on more';
  const told = (schema: JsonObject, value: Json) => {
    const compiled = compileSchema(schema);
    assert.ok(compiled.ok, JSON.stringify(compiled));
    return compiled.value(value).map(({ path, message }) => `${path} ${message}`);
  };
  const mail = { pattern: '[a-z]+@' };

  it('says where a text is too long for its pattern, beside whatever else is wrong', () => {
    const schema = { properties: { mail: { ...mail, maxLength: 100 }, count: { type: 'integer' } } };
    assert.deepEqual(told(schema, { mail: long, count: 'x' }), [
      '/mail /mail: expected at most 100 characters',
      `/mail /mail: expected ${expected}`,
      '/count /count: expected integer',
    ]);
    assert.deepEqual(told({ properties: { mail, other: mail } }, { mail: long, other: 'x' }), [
      `/mail /mail: expected ${expected}`,
      '/other /other: expected match pattern "[a-z]+@"',
    ]);
    assert.deepEqual(told({ properties: { mail } }, { mail: long.slice(1) }), [
      '/mail /mail: expected match pattern "[a-z]+@"',
    ]);
  });

  it('takes no text whose name or alternative was not tried', () => {
    const untried = [` a text in the value: expected ${expected}`];
    assert.deepEqual(told({ patternProperties: { '[a-z]+@': false } }, { [long]: 1 }), untried);
    assert.deepEqual(told({ not: mail }, long), untried);
    assert.deepEqual(told({ anyOf: [mail, {}] }, long), untried);
    assert.equal(told({ anyOf: [...Array.from({ length: 21 }, () => mail), {}] }, long).length, 20);
  });

  it('keeps apart patterns that are alike', () => {
    const schema = { properties: { a: { pattern: '^a' }, b: { pattern: '^b' } } };
    assert.deepEqual(
      told(schema, { a: 'b', b: 'a' }).map((text) => text.slice(0, 2)),
      ['/a', '/b'],
    );
  });
});
