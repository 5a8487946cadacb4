/**
 * Patterns of schemas as regular expressions that come to an end: an input that took minutes to check would hold up its
 * partition, batch after batch.
 * BP1. A pattern whose time grows with more than the length of a text is not tried on a long one: it does not match, and
 *      `textsTooLong` tells why.
 * BP2. How it grows is reckoned by what the pattern may have to share out (RC1), for any place in the text where it may
 *      begin. Ordinary patterns that begin with `^` are tried on every text.
 */
import { costOf, endlessBits } from './regex-cost.ts';
import { beginning, type Part, readPattern } from './regex-parts.ts';

/** Steps of a backtracking matcher, about: well under a second. */
const mostSteps = 1e8;

export interface TextTooLong {
  readonly pattern: string;
  readonly text: string;
  /** UTF-16 units. */
  readonly most: number;
}

let found: TextTooLong[] = [];

/** What `check`, which tries patterns of `boundedPattern`, gives; and the texts that were too long for them. */
export function textsTooLong<T>(check: () => T): readonly [given: T, found: readonly TextTooLong[]] {
  found = [];
  return [check(), found];
}

/** For ajv: makes what it calls `new RegExp` for. */
export const boundedPattern = Object.assign(
  (pattern: string, flags: string) => {
    const expression = new RegExp(pattern, flags);
    // Reckoned for the first text: whoever only parses a definition has none.
    let most: number | undefined;
    return {
      test(text: string): boolean {
        most ??= longestText(pattern);
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
  const { part, signs } = readPattern(pattern);
  const shared = Math.floor(costOf({ part: withoutTail(part), signs }) / endlessBits);
  const power = shared + (beginsAtTheBeginning(part) ? 0 : 1);
  return power < 2 ? Infinity : Math.round(mostSteps ** (1 / power));
}

/** After a last repetition nothing can fail: it never gives back what it took. */
function withoutTail(part: Part): Part {
  if (part.kind !== 'all') return part;
  const last = part.parts.at(-1);
  return last?.kind === 'times' && last.part.kind === 'atom'
    ? { ...part, parts: part.parts.slice(0, -1) }
    : part;
}

function beginsAtTheBeginning(part: Part): boolean {
  if (part === beginning) return true;
  if (part.kind === 'either') return part.parts.every(beginsAtTheBeginning);
  const [first] = part.kind === 'all' ? part.parts : [];
  return first !== undefined && beginsAtTheBeginning(first);
}
