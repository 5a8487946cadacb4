/**
 * A pattern of a schema as what its matcher goes through, one part after the other.
 * The pattern is a valid one in Unicode mode, without back references; flags in it are passed over.
 */

export type Part =
  | { readonly kind: 'atom'; readonly matches: (sign: string) => boolean }
  | { readonly kind: 'all' | 'either'; readonly parts: readonly Part[] }
  | { readonly kind: 'times'; readonly part: Part; readonly least: number; readonly most: number };

export interface Pattern {
  readonly part: Part;
  /** What it is written of, signs given by their number as well: bounds of classes among them. */
  readonly signs: string;
}

/** `^`: takes no sign, as every place does. */
export const beginning: Part = { kind: 'all', parts: [] };

export const readPattern = (pattern: string): Pattern => ({
  part: alternatives(pattern, 0).part,
  signs: spelled(pattern),
});

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
    if (pattern.charAt(at) === '|') continue;
    return { part: parts.length === 1 ? read.part : { kind: 'either', parts }, at };
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
const places: ReadonlyMap<string, Part> = new Map([
  ['^', beginning],
  ['$', nothing],
  ['\\b', nothing],
  ['\\B', nothing],
]);

function atom(pattern: string, at: number): Read {
  const one =
    /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.|[^]/u;
  const rest = pattern.slice(at);
  const text = one.exec(rest)?.[0] ?? rest;
  const next = at + text.length;
  const place = places.get(text);
  if (place !== undefined) return { part: place, at: next };
  const expression = new RegExp(`^${text}$`, 'u');
  return { part: { kind: 'atom', matches: (sign) => expression.test(sign) }, at: next };
}

function quantifierOf(text: string): readonly [text: string, least: number, most: number] {
  const [found = '', sign, low, comma, high] = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(text) ?? [];
  if (sign !== undefined) return [found, sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity];
  return [found, Number(low), Number(comma === undefined ? low : high || Infinity)];
}
