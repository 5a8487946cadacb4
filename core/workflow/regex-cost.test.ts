/** The bits of each pattern, counted by hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costOf } from './regex-cost.ts';
import { readPattern } from './regex-parts.ts';

const costs = (bits: number, ...patterns: readonly string[]): void => {
  for (const pattern of patterns) assert.equal(costOf(readPattern(pattern)), bits, pattern);
};

describe('the ways of a repetition', () => {
  it('are its lengths, and a thousand where it has no bound or more than eleven', () => {
    costs(0, '', 'a', 'a{2}', 'a{12}', 'b{0}');
    costs(1, 'a?', 'a??', 'a{3,4}');
    costs(2, 'a{2,5}', 'a{2,5}?');
    costs(Math.log2(11), 'a{0,10}', 'a{3,13}');
    costs(10, 'a*', 'a+', 'a*?', 'a{2,}', 'a{0,11}', 'a{3,14}');
  });

  it('multiply with those of the next, where nothing between them holds them apart', () => {
    costs(
      20,
      'a*a*',
      'a*b?a*',
      'a*b*a*',
      '[ab]*[bc]*',
      '(a*)(?:a*)',
      '(?<name>a*)a*',
      '(?i:a*)a*',
      'a*(?=b)a*',
    );
    costs(10, 'a*b*', 'a*ba*', 'a+ba*', 'ba*ca*', 'a*b+a*', '.*\\n*', '(a*x|xa*)(b|a)');
    costs(11, 'a*a?', 'a?a*', 'a?a*ba?', 'a?ba?a*');
    costs(10, 'a*xa?', 'a?xa*');
    costs(21, 'a?(a*a*x)', '(xa*a*)a?');
  });

  it('multiply with themselves where the whole repeats, up to ten times', () => {
    costs(10, '(xa*){2}', '(a*x){2}', '(xa*){2,3}');
    costs(20, '(a*xa*){2}', '(a*){2}');
    costs(100, '(a*){10}', '(a*){11}');
    costs(20 + 10 + 1, '(a*){2,3}');
    costs(10 + 100 + 10, '(a*)*', '(a*)+', '(a*){0,12}');
    costs(10 + 20 + 2, '(a*){0,3}');
    costs(10 + 10 + 1, '(a*){1,2}');
    costs(20, '(a|xa*a*){1,2}');
  });

  it('are those of the costliest alternative, also where another could be all of the sign', () => {
    costs(20 + 20, '(?:a|xa*a*)?a*a*', 'a*a*(?:a|a*a*x)?');
  });

  it('count once where the whole is left out', () => {
    costs(10, '(a*){0}');
    costs(20, '(a*){0}a*');
  });

  it('count where something only looks at the text', () =>
    costs(21, '(?=a*)a*', '(?!a*)a*', '(?<=a*)a*', '(?<!a*)a*'));
});

it('a backslash that is escaped escapes nothing', () => costs(0, '^\\\\u{120000}$', '\\\\x41'));

describe('the ways of alternatives', () => {
  it('are as many as can be the same text, or those of the costliest', () => {
    costs(0, '(a|b)', 'a|b');
    costs(1, '(a|a)', 'a|a', '(|a)', '(a|b|a)', 'a|[ab]|b');
    costs(2, '(a|a|a|a)');
    costs(3, '(a|a){3}');
    costs(10, '(a|b*)', 'a*x|b');
    costs(11, '(a|a*)');
    costs(20, '(xa*ya*a*|a)');
  });

  it('go on from what stands before them, and into what follows', () => {
    costs(20, 'a*(a*x|b)', 'a*(b|a*x)', '(xa*|b)a*', '(b|xa*)a*', '(a*|b)a*', 'a*((a|a*x)y)', '(y(a|xa*))a*');
    costs(10, 'a*(x|y)a*', 'a*(xa*|y)', '(a*x|y)a*', 'a*(?:xa|y)a?');
  });
});

describe('a sign', () => {
  it('is read however it is written', () => {
    costs(20, '\\p{Lu}*A*', '\\P{Lu}*a*', '\\u{61}*a*', '\\u0061*a*', '\\x61*a*', '\\cJ*\\n*', '[|)]*\\)*');
    costs(20, '\\**\\**', '[\\]a]*\\]*', '\\(*\\(*', '[*]*\\**', '😀*\\u{1F600}*', '[^a]*[^b]*');
    costs(20, '\\u006A*j*', '\\x6A*j*', '\\u006a*j*', '\\x6a*j*');
  });

  it('is tried wherever patterns usually tell signs apart', () =>
    costs(20, ' * *', '~*~*', '0*0*', '\\n*\\n*', '\\t*\\t*', 'é*é*', 'Ж*Ж*', '中*中*', '😀*😀*'));

  it('is none where only a place is meant', () => {
    costs(0, '^$', '\\b\\B');
    costs(20, '^a*$a*', 'a*\\ba*', 'a*\\Ba*', 'a*^a*');
    costs(10, 'a*\\^a*', 'a*\\$a*', '\\^*', 'a*[$]a*', 'a*[\\b]a*');
  });
});
