/**
 * Patterns of schemas as regular expressions that come to an end: an input that took minutes to check would hold up its
 * partition, batch after batch.
 * BP1. A pattern whose time grows with more than the length of a text is not tried on a long one: `TextTooLong`.
 * BP2. How it grows is reckoned by what the pattern may have to share out (RC1), for any place in the text where it may
 *      begin. Ordinary patterns that begin with `^` are tried on every text.
 */
import { bare, costOf, endlessBits } from './regex-cost.ts';

/** Steps of a backtracking matcher, about: well under a second. */
const mostSteps = 1e8;

export class TextTooLong extends Error {
  override readonly name = 'TextTooLong';
  readonly pattern: string;
  readonly text: string;
  /** UTF-16 units. */
  readonly most: number;
  constructor(pattern: string, text: string, most: number) {
    super(`a text of ${text.length} characters is too long for the pattern`);
    this.pattern = pattern;
    this.text = text;
    this.most = most;
  }
}

/** For ajv: makes what it calls `new RegExp` for. `test` throws `TextTooLong` (BP1). */
export const boundedPattern = Object.assign(
  (pattern: string, flags: string) => {
    const expression = new RegExp(pattern, flags);
    const most = longestText(pattern);
    return {
      test(text: string): boolean {
        if (text.length > most) throw new TextTooLong(pattern, text, most);
        return expression.test(text);
      },
      // By which ajv tells one from another.
      toString: () => String(expression),
    };
  },
  { code: 'new RegExp' },
);

/** In UTF-16 units; infinite where the time grows with the length alone. The pattern is one that `regexProblem` takes. */
export function longestText(pattern: string): number {
  const rest = withoutTail(pattern);
  const shared = Math.floor(costOf(rest) / endlessBits);
  const power = shared + (beginsAtTheBeginning(rest) ? 0 : 1);
  return power < 2 ? Infinity : Math.round(mostSteps ** (1 / power));
}

/** After a last repetition nothing can fail: it never gives back what it took. */
const withoutTail = (pattern: string): string =>
  bare(pattern).includes('|')
    ? pattern
    : pattern.replace(
        /((?:\\.|[^\\])*?)(?:\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^\\()[\]{}*+?^$])(?:[*+]|\{\d+,\})\??$/u,
        '$1',
      );

function beginsAtTheBeginning(pattern: string): boolean {
  let outside = bare(pattern);
  let before: string;
  do {
    before = outside;
    outside = outside.replace(/\([^()]*\)/g, '');
  } while (before !== outside);
  return outside.startsWith('^') && !outside.includes('|');
}
