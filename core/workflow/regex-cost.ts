/**
 * How many ways a backtracking matcher may have to share one text out between the repetitions of a pattern.
 * RC1. Ways are counted on texts of one sign over and over, for each of the pattern's own signs and of a sample: there
 *      repetitions that follow one another, with nothing between them that the sign is not, multiply their ways.
 * RC2. In bits: a repetition without bound has ten (a thousand lengths), a bounded one by its lengths.
 * The pattern is a valid one in Unicode mode, without back references; flags in it are passed over.
 */

interface Cost {
  /** Anywhere within. */
  readonly best: number;
  /** From the beginning on, and up to the end. */
  readonly head: number;
  readonly tail: number;
  /** Of the whole, where the sign alone can be all of it; where it cannot, minus infinity. */
  readonly through: number;
}

type Part =
  | { readonly kind: 'atom'; readonly matches: (sign: string) => boolean }
  | { readonly kind: 'all' | 'either'; readonly parts: readonly Part[] }
  | { readonly kind: 'times'; readonly part: Part; readonly least: number; readonly most: number };

/** Of a repetition without bound. */
export const endlessBits = 10;
/** More lengths than these count as without bound, and so many times is as often as a part is looked at. */
const manyTimes = 10;
/** Of every kind that classes tell apart; a pattern's own signs come on top. */
const sample = 'aAzZ09_-.,:;/@~ \n\téαЖאاकか中😀';

export function costOf(pattern: string): number {
  const { part } = alternatives(pattern, 0);
  const signs = new Set([...sample, ...spelled(pattern)]);
  return Math.max(...[...signs].map((sign) => cost(part, sign).best));
}

/** Without escapes and classes: what is left of its signs means what it says. */
export const bare = (pattern: string): string => pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gu, '');

/** The signs that it is written of, those given by their number as well: bounds of classes among them. */
const spelled = (pattern: string): string =>
  pattern.replace(
    /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[^])/g,
    (escape: string, long = '', four = '', two = '') =>
      escape.length === 2 ? escape : String.fromCodePoint(Number(`0x${long}${four}${two}`)),
  );

type Read = { readonly part: Part; readonly at: number };

function alternatives(pattern: string, from: number): Read {
  const parts: Part[] = [];
  for (let at = from; ; at += 1) {
    const read = sequence(pattern, at);
    parts.push(read.part);
    at = read.at;
    if (pattern.charAt(at) !== '|') return { part: { kind: 'either', parts }, at };
  }
}

function sequence(pattern: string, from: number): Read {
  const parts: Part[] = [];
  let at = from;
  // What stands after the end, the empty text, is included as well.
  while (!'|)'.includes(pattern.charAt(at))) {
    const single = pattern.charAt(at) === '(' ? group(pattern, at) : atom(pattern, at);
    const [quantifier, least, most] = quantifierOf(pattern.slice(single.at));
    at = single.at + quantifier.length;
    parts.push(quantifier === '' ? single.part : { kind: 'times', part: single.part, least, most });
  }
  return { part: { kind: 'all', parts }, at };
}

function group(pattern: string, at: number): Read {
  const rest = pattern.slice(at);
  const opened = /\((?:\?(?:[a-z-]*:|=|!|<=|<!|<[^>]*>))?/.exec(rest)?.[0] ?? '(';
  const inner = alternatives(pattern, at + opened.length);
  // What only looks takes nothing away from what follows.
  const looks = /[=!]/.test(opened);
  const part: Part = looks ? { kind: 'times', part: inner.part, least: 0, most: 1 } : inner.part;
  return { part, at: inner.at + 1 };
}

const nothing: Part = { kind: 'all', parts: [] };
const places = ['^', '$', '\\b', '\\B'];

function atom(pattern: string, at: number): Read {
  const one =
    /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.|[^]/u;
  const rest = pattern.slice(at);
  const text = one.exec(rest)?.[0] ?? rest;
  const next = at + text.length;
  if (places.includes(text)) return { part: nothing, at: next };
  const expression = new RegExp(`^${text}$`, 'u');
  return { part: { kind: 'atom', matches: (sign) => expression.test(sign) }, at: next };
}

function quantifierOf(text: string): readonly [text: string, least: number, most: number] {
  const [found = '', sign, low, comma, high] = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(text) ?? [];
  if (sign !== undefined) return [found, sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity];
  return [found, Number(low), Number(comma === undefined ? low : high || Infinity)];
}

const empty: Cost = { best: 0, head: 0, tail: 0, through: 0 };
const other: Cost = { ...empty, through: -Infinity };

function cost(part: Part, sign: string): Cost {
  switch (part.kind) {
    case 'atom':
      return part.matches(sign) ? empty : other;
    case 'all':
      return part.parts.reduce((before, next) => joined(before, cost(next, sign)), empty);
    case 'either':
      return chosen(part.parts.map((each) => cost(each, sign)));
    case 'times':
      return repeated(cost(part.part, sign), part.least, part.most);
  }
}

const joined = (a: Cost, b: Cost): Cost => ({
  best: Math.max(a.best, b.best, a.tail + b.head),
  head: Math.max(a.head, a.through + b.head),
  tail: Math.max(b.tail, b.through + a.tail),
  through: a.through + b.through,
});

/** Alternatives that are all of the sign are as many ways. */
function chosen(costs: readonly Cost[]): Cost {
  const whole = costs.map(({ through }) => through).filter(Number.isFinite);
  const through = Math.max(...whole) + Math.log2(whole.length);
  const most = (pick: (each: Cost) => number): number => Math.max(...costs.map(pick), through);
  return {
    best: most(({ best }) => best),
    head: most(({ head }) => head),
    tail: most(({ tail }) => tail),
    through,
  };
}

function repeated(once: Cost, least: number, most: number): Cost {
  const bits = most - least > manyTimes ? endlessBits : Math.log2(most - least + 1);
  let all = empty;
  for (let time = 0; time < Math.min(Math.max(least, 1), manyTimes); time += 1) all = joined(all, once);
  if (Number.isFinite(once.through)) {
    // The times beyond the least are as costly, but none of them need be.
    const more = Math.min(most - Math.max(least, 1), manyTimes) * once.through;
    const ways = all.through + Math.max(0, more) + bits;
    all = {
      best: Math.max(all.best, ways),
      head: Math.max(all.head, ways),
      tail: Math.max(all.tail, ways),
      through: ways,
    };
  }
  return least > 0 ? all : { ...all, through: Math.max(all.through, 0) };
}
