/** Which patterns are refused, and why: each one is the smallest that shows a rule. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { longestText } from './bounded-pattern.ts';
import { longestPattern, regexProblem } from './regex-safety.ts';

const inside = 'repetition inside a repeated group';
const alike = 'alternatives that begin alike inside a repeated group';
const told = (patterns: readonly string[], why: string | undefined): void => {
  for (const pattern of patterns) assert.equal(regexProblem(pattern, 'author'), why, pattern);
};

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

describe('a repetition', () => {
  it('must not stand in a group that repeats, at whatever depth', () => {
    told(
      ['(a+)+', '(a?)+', '(a{2})*', '(a{2,3}b)*', '(a{2,10}b)*', '(\\d{2}a)*', '(\\u{61}+)*', '(\\p{Lu}+)*'],
      inside,
    );
    told(['((a+)*)', '(((a+)b)*c)', '((((a*))))*', '(a(?:b+)*)', '(a+)+?'], inside);
    told(['((a)b)*', '(\\u{61}b)*', '(a)(b)+', '((a)+|b)', '(a+b)?', '(?:a*)(?=b)c'], undefined);
  });

  it('of a group counts as without bound from eleven times on', () => {
    told(['(a+){11}', '(a+){2,}', '(a+){2,11}', '(a+){10,12}'], inside);
    told(['(a+b){10}', '(a+b){2,10}', '(a+){1,2}', '(a+b){2,10}?'], undefined);
  });

  it('must not share its text with two others, however they are written', () => {
    const shared = 'repetitions after one another that can share the same text';
    told(['a*a*a*', 'a+[ab]+\\w+', '.*.*.*x', '.*,.*,.*,', 'a*b*a*b*a*', '\\d{1,99}\\d*\\d{2,}'], shared);
    told(
      [
        '(a*){10}',
        '(a+){2,10}',
        '(?:a*,?){3}',
        '(x|a*)(y|a*)(z|a*)',
        '^(?:a|xa*a*)?a*a*$',
        '((a*b?){2}c?){2}',
      ],
      shared,
    );
    told(['a?'.repeat(30), 'a{0,9}'.repeat(8), '(a|a)'.repeat(30), '((a|a){10}){10}'], shared);
    told(['a*a*a?a?a?a?a?'], shared);
    // On signs that are in no sample: the pattern's own, also where it gives their numbers.
    told(['[ⴀ-ⴥ]*'.repeat(3), '\\u2D00*'.repeat(3), '\\u{1F700}*'.repeat(3), '\\xFF*'.repeat(3)], shared);
    told(['[א-ת]*'.repeat(3), '\\p{Script=Greek}*'.repeat(3)], shared);
    told(
      ['a*a*a?a?a?a?', 'a*a*', '\\d+\\.\\d+\\.\\d+', '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$', '(?:\\d+\\.){3}\\d+'],
      undefined,
    );
    told(['^https?://[^\\s/]+(?:/[^\\s?]*)?(?:\\?.*)?$', '^[A-Za-z_][A-Za-z0-9_]{0,63}$'], undefined);
    told(
      ['^\\d+(?:-[a-z0-9-]+)?(?:\\+[a-z0-9-]+)?$', '^#?[0-9a-fA-F]{3,8}$', '\\d{4}-\\d{1,2}-\\d{1,2}'],
      undefined,
    );
  });
});

describe('alternatives in a group that repeats', () => {
  it('must not begin alike, and what may be anything is like all', () => {
    told(
      ['(a|a)*', '(ab|ad)*', '(a|a){11}', '([ab]|c)*', '(.|c)*', '(\\p{L}|x)*', '((a)|b)*', 'x(\\)|y)*'],
      alike,
    );
    told(['(?<n>a|a)*', '(?<name>a|a)*', '(?:a|a)*', '(?:a)(b|b)*', '(a|a)*(?:b)', '(?:(?<!x)|b)*'], alike);
    told(['(a|b)*', '(ab|cd)*', '(a.b|c)*', '(?<n>a|b)*', '(a|a){10}', '(a|a)'], undefined);
  });

  it('are none where there is only one of them', () =>
    told(['([ab])*', '([a|b]c)*', '([\\]|]c)*', '(.)*', '(\\p{L})*'], undefined));

  it('may begin with signs of two code units that share the first', () => told(['(😀|😁)*'], undefined));
});

it('a back reference is refused, and a class that looks like one is not', () => {
  told(['(a)\\1', '(?<n>a)\\k<n>'], 'back reference');
  told(['[\\\\1]', '(x[1-9]k)*', '\\\\1'], undefined);
});

it('what is no pattern in Unicode mode is refused, and so is a long one', () => {
  told(['(', '{', '\\-', '[\\1]', '(?=a)*'], 'pattern is not a regular expression');
  told(['a'.repeat(longestPattern)], undefined);
  told(['a'.repeat(longestPattern + 1)], 'pattern of 501 characters');
});

it('flags inside a pattern are refused', () => {
  told(['(?i:a)b', '(?-i:a)', 'a(?ims-i:b)'].filter(isPattern), 'flags inside the pattern');
  assert.ok(isPattern('(?i:a)b'));
  told(['(a)[(?i:]', '\\(?i:', '(?:a)', '(?<n>a)', '(?=a)'], undefined);
});

it('of a stored pattern only what never ends is refused', () => {
  for (const pattern of ['a*a*a*', '^[a-z0-9]+[a-z0-9-]*[a-z0-9]+$', '(?i:a)b'])
    assert.equal(
      regexProblem(pattern, 'store'),
      isPattern(pattern) ? undefined : 'pattern is not a regular expression',
    );
  assert.equal(regexProblem('(a+)+', 'store'), inside);
  assert.equal(regexProblem('(a)\\1', 'store'), 'back reference');
});

it('whatever is a pattern gets an answer', () => {
  const part = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '^',
      '$',
      '|',
      '*',
      '+',
      '?',
      '{2}',
      '{1,}',
      '{2,30}',
      '(',
      ')',
      '(?:',
      '(?=',
      '(?<!',
      '(?<n>',
    ],
    ...[
      '[',
      ']',
      '[^',
      '-',
      '\\d',
      '\\w',
      '\\b',
      '\\cA',
      '\\x41',
      '\\u0041',
      '\\u{1F600}',
      '\\p{Lu}',
      '\\k<n>',
    ],
    ...['\\1', '\\0', '\\/', '\\]', '(?i:', '😀', '\n'],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const pattern = parts.join('');
      if (!isPattern(pattern)) return;
      regexProblem(pattern, 'author');
      if (regexProblem(pattern, 'store') === undefined) longestText(pattern);
    }),
    { numRuns: 3000 },
  );
});
