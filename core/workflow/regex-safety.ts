/**
 * Refuses patterns that a backtracking matcher may never finish.
 * RX1. A group that repeats without bound must not hold a repetition or alternatives that can begin alike: those are
 *      what makes the time exponential. Back references are refused too.
 * RX2. Repetitions that follow one another must not be able to share the same text out between more than two of them:
 *      the time grows with the length to the power of their number. Counted on texts of one sign (RC1).
 * RX3. Of a pattern that is stored, and was accepted by an earlier version, nothing but RX1 is asked: its runs go on.
 */
import { costOf } from './regex-cost.ts';
import { readPattern } from './regex-parts.ts';

export const longestPattern = 500;
/** Two repetitions without bound, and a little. */
const mostBits = 24;

/** Whether a pattern, or the schema it stands in, comes from its author or is stored (RX3). */
export type Origin = 'author' | 'store';

/** Why the pattern is refused, in a few words; `undefined`: it is fine. */
export function regexProblem(pattern: string, origin: Origin): string | undefined {
  if (pattern.length > longestPattern) return `pattern of ${pattern.length} characters`;
  try {
    new RegExp(pattern, 'u');
  } catch {
    return 'pattern is not a regular expression';
  }
  const why = scan(pattern, origin);
  if (why !== undefined || origin === 'store') return why;
  return costOf(readPattern(pattern)) > mostBits
    ? 'repetitions after one another that can share the same text'
    : undefined;
}

interface Group {
  repeats: boolean;
  /** First signs of its alternatives; a class or a group counts as "may be anything". */
  readonly starts: string[];
  atStart: boolean;
}

const anything = '\u0000';

function scan(pattern: string, origin: Origin): string | undefined {
  const groups: Group[] = [newGroup()];
  for (let at = 0; at < pattern.length;) {
    const group = groups.at(-1) ?? newGroup();
    const sign = pattern.charAt(at);
    if (sign === '|') {
      group.atStart = true;
      at += 1;
      continue;
    }
    if (sign === '(') {
      if (origin === 'author' && /^\(\?[a-z-]+:/.test(pattern.slice(at))) return 'flags inside the pattern'; // older engines know none
      noteStart(group, anything);
      groups.push(newGroup());
      at += /^\(\?(?::|=|!|<=|<!|<[A-Za-z_]\w*>)/.exec(pattern.slice(at))?.[0].length ?? 1;
      continue;
    }
    const atom = atomAt(pattern, at);
    if (/^\\[1-9k]/.test(atom)) return 'back reference';
    at += atom.length;
    const [quantifier, unbounded] = quantifierAt(pattern, at);
    at += quantifier.length;
    if (sign === ')') {
      const inner = groups.pop() ?? newGroup();
      if (unbounded && inner.repeats) return 'repetition inside a repeated group';
      if (unbounded && alike(inner.starts)) return 'alternatives that begin alike inside a repeated group';
      if (inner.repeats || unbounded) (groups.at(-1) ?? inner).repeats = true;
    } else {
      noteStart(group, /^[\\[.]/.test(atom) ? anything : atom);
      if (quantifier !== '') group.repeats = true;
    }
  }
  return undefined;
}

const newGroup = (): Group => ({ repeats: false, starts: [], atStart: true });

function noteStart(group: Group, start: string): void {
  if (group.atStart) group.starts.push(start);
  group.atStart = false;
}

const alike = (starts: readonly string[]): boolean =>
  starts.length > 1 && (starts.includes(anything) || new Set(starts).size < starts.length);

/** One class, escape or character. */
function atomAt(pattern: string, at: number): string {
  const rest = pattern.slice(at);
  return (
    /^(?:\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\.|[^])/u.exec(rest)?.[0] ?? pattern.charAt(at)
  );
}

function quantifierAt(pattern: string, at: number): readonly [text: string, unbounded: boolean] {
  const text = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(pattern.slice(at))?.[0] ?? '';
  // A high bound is as bad as none.
  const most = /^\{(\d+)(?:,(\d*))?\}/.exec(text);
  const many = most === null ? /^[*+]/.test(text) : most[2] === '' || Number(most[2] ?? most[1]) > 10;
  return [text, many];
}
