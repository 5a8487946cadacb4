/**
 * Patterns of schemas as regular expressions that come to an end: an input that took minutes to check would hold up its
 * partition, batch after batch.
 * BP1. A pattern whose time grows with more than the length of a text is not tried on a long one: it does not match, and
 *      `textsTooLong` tells why.
 * BP2. How it grows is reckoned by what the pattern may have to share out (RC1), for any place in the text where it may
 *      begin. Ordinary patterns that begin with `^` are tried on every text.
 */
import { bare, costOf, endlessBits } from './regex-cost.ts';

/** Steps of a backtracking matcher, about: well under a second. */
const mostSteps = 1e8;

export interface TextTooLong {
  readonly pattern: string;
  readonly text: string;
  /** UTF-16 units. */
  readonly most: number;
}

let found: TextTooLong[] = [];

/** Runs `check`, which tries patterns of `boundedPattern`; tells the texts that were too long for them. */
export function textsTooLong(check: () => void): readonly TextTooLong[] {
  found = [];
  check();
  return found;
}

/** For ajv: makes what it calls `new RegExp` for. */
export const boundedPattern = Object.assign(
  (pattern: string, flags: string) => {
    const expression = new RegExp(pattern, flags);
    const most = longestText(pattern);
    return {
      test(text: string): boolean {
        if (text.length <= most) return expression.test(text);
        found.push({ pattern, text, most });
        return false;
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

/** One class, escape or sign, whole: half of an escape would be another pattern, or none. */
const atom =
  /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|(?:\\u[dD][89abAB]..)?\\u[0-9a-fA-F]{4}|\\x..|\\c.|\\.|[^\\]/gu;

/** After a last repetition nothing can fail: it never gives back what it took. */
function withoutTail(pattern: string): string {
  const unrepeated = pattern.replace(/(?:[*+]|\{\d+,\})\??$/, '');
  const atoms = unrepeated.match(atom) ?? [];
  const last = atoms.at(-1) ?? '';
  // A sign that was escaped is no quantifier, and a group may have more in it that fails.
  const isTail = unrepeated !== pattern && atoms.join('') === unrepeated && !/^[)^$]$/.test(last);
  return isTail && !bare(pattern).includes('|') ? unrepeated.slice(0, -last.length) : pattern;
}

function beginsAtTheBeginning(pattern: string): boolean {
  let outside = bare(pattern);
  let before: string;
  do {
    before = outside;
    outside = outside.replace(/\([^()]*\)/g, '');
  } while (before !== outside);
  return outside.startsWith('^') && !outside.includes('|');
}
