/** On which texts a pattern is tried, and what is said of a longer one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundedPattern, longestText, TextTooLong } from './bounded-pattern.ts';
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
    ));
});

describe('a pattern is tried on no longer text', () => {
  it('where what follows a repetition may fail, from every place in the text', () =>
    longest(
      square,
      'a+b',
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
      '(?:)^a*a*$',
      '^(?:(c)|b)a*a*$',
      '\\b^a*a*$',
    );
    longest(cube, 'a*a*$', 'a*a*b', '(?:a|b)*a*b');
  });
  it('as short as it takes, where it is one of many that an earlier version stored', () => {
    longest(cube, '^a*a*a*$', '^\\w+\\s?\\w*\\s?\\w*$');
    longest(100, 'a*a*a*$');
  });
});

it('a longer text throws, and one of that length does not', () => {
  const pattern = boundedPattern('a+b', 'u');
  assert.equal(pattern.test('a'.repeat(square - 1) + 'b'), true);
  assert.equal(pattern.test('a'.repeat(square)), false);
  assert.throws(
    () => pattern.test('a'.repeat(square + 1)),
    (error) =>
      error instanceof TextTooLong &&
      error.most === square &&
      error.pattern === 'a+b' &&
      error.name === 'TextTooLong' &&
      error.message === 'a text of 10001 characters is too long for the pattern',
  );
  assert.equal(String(pattern), '/a+b/u');
});

describe('a schema', () => {
  const got = '"aaaaaaaa';
  it('says which pattern a text is too long for, be it a value or a name', () => {
    for (const [schema, of] of [
      [{ properties: { mail: { pattern: '[a-z]+@' } } }, (text: string) => ({ mail: text })],
      [
        { patternProperties: { '[a-z]+@': {} }, additionalProperties: false },
        (text: string) => ({ [text]: 1 }),
      ],
    ] as const) {
      const compiled = compileSchema(schema);
      assert.ok(compiled.ok);
      const [tried] = compiled.value(of('a'.repeat(square)));
      assert.doesNotMatch(tried?.message ?? 'at most', /at most/);
      const [problem, ...more] = compiled.value(of('a'.repeat(square + 1)));
      assert.ok(problem !== undefined && more.length === 0);
      assert.ok(problem.got.startsWith(got) && problem.got.length <= 90, problem?.got);
      assert.equal(problem.path, '');
      assert.equal(
        problem.message,
        'a text in the value: expected at most 10000 characters where the pattern "[a-z]+@" is tried, which takes too long on more',
      );
    }
  });

  it('keeps apart patterns that are alike', () => {
    const compiled = compileSchema({ properties: { a: { pattern: '^a' }, b: { pattern: '^b' } } });
    assert.ok(compiled.ok);
    assert.deepEqual(
      compiled.value({ a: 'b', b: 'a' }).map(({ path }) => path),
      ['/a', '/b'],
    );
  });
});
