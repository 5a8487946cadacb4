/**
 * Bytes from outside into JSON that is safe to keep.
 * JB1. What is accepted reads the same everywhere: UTF-8, one text, no number that a double would change unseen, no
 *      half surrogate pairs.
 * JB2. What is accepted cannot hurt: no key that reaches a prototype, bounded depth and number of elements.
 * JB3. The good path costs one native parse and one walk; places and offsets are worked out only for a refusal.
 */
import { no, ok, type Result } from './failure.ts';
import { pointerToken } from './json-pointer.ts';
import { jsonSyntaxOffset } from './json-syntax.ts';
import { type Json } from './json.ts';
import { shown, wireProblem, type WireCode, type WireProblem } from './wire-problem.ts';

export const jsonLimits = { depth: 64, elements: 100_000 } as const;

export interface ParsedJson {
  readonly value: Json;
  readonly text: string;
}

/** Codes: `CE_PARSE`, with the byte offset. Nothing but the syntax is checked yet: see `checkParsed`. */
export function parseJsonBytes(bytes: Uint8Array): Result<ParsedJson, WireProblem> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return no(notUtf8(bytes));
  try {
    return ok({ value: JSON.parse(text) as Json, text });
  } catch (error) {
    return no(notJson(text, bytes.length, error));
  }
}

// A byte order mark is kept, so that `JSON.parse` refuses it: RFC 8259 forbids writing one.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `undefined` where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with `value`, a part of the JSON text `text` that stands at `path`. Codes: `CE_FORBIDDEN_KEY`,
 * `CE_DATA_LIMIT`, `CE_NUMBER`, `CE_UNICODE`.
 */
export function checkParsed(
  value: Json,
  path: string,
  text: string,
  pick: (root: Json) => Json | undefined,
): WireProblem | undefined {
  // UTF-8 itself cannot hold half a pair: only an escape can.
  const walk = newWalk(text.includes('\\u'));
  const at = visit(value, 1, walk);
  if (at !== undefined) return describe(walk, path + at);
  return walk.unsafeInteger ? inexactNumber(path, text, pick) : undefined;
}

/** The same for a value that has no text yet, as an agent returned it: would the other side refuse it? */
export function checkJson(value: Json, path = ''): WireProblem | undefined {
  const walk = newWalk(true);
  const at = visit(value, 1, walk);
  return at === undefined ? undefined : describe(walk, path + at);
}

interface Walk {
  elements: number;
  unsafeInteger: boolean;
  readonly surrogates: boolean;
  code: WireCode;
  got: string;
}

const newWalk = (surrogates: boolean): Walk => ({
  elements: 0,
  unsafeInteger: false,
  surrogates,
  code: 'CE_DATA',
  got: '',
});

/** The pointer (from `value`) of the first problem. Recursion is bounded by the depth limit itself. */
function visit(value: Json, depth: number, walk: Walk): string | undefined {
  if (typeof value === 'string')
    return walk.surrogates && !value.isWellFormed()
      ? stop(walk, 'CE_UNICODE', value.toWellFormed())
      : undefined;
  if (typeof value === 'number') return visitNumber(value, walk);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > jsonLimits.depth) return stop(walk, 'CE_DATA_LIMIT', `depth ${depth}`);
  return Array.isArray(value)
    ? visitList(value as readonly Json[], depth, walk)
    : visitMembers(value as Readonly<Record<string, Json>>, depth, walk);
}

function visitNumber(value: number, walk: Walk): string | undefined {
  if (!Number.isFinite(value)) return stop(walk, 'CE_NUMBER', String(value));
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) walk.unsafeInteger = true;
  return undefined;
}

function visitList(list: readonly Json[], depth: number, walk: Walk): string | undefined {
  if (tooMany(list.length, walk)) return '';
  for (let index = 0; index < list.length; index += 1) {
    const at = visit(list[index] ?? null, depth + 1, walk);
    if (at !== undefined) return pointerToken(index) + at;
  }
  return undefined;
}

function visitMembers(
  members: Readonly<Record<string, Json>>,
  depth: number,
  walk: Walk,
): string | undefined {
  const keys = Object.keys(members);
  if (tooMany(keys.length, walk)) return '';
  for (const key of keys) {
    if (isForbiddenKey(key)) return pointerToken(key) + stop(walk, 'CE_FORBIDDEN_KEY', key);
    if (walk.surrogates && !key.isWellFormed()) {
      return pointerToken(key.toWellFormed()) + stop(walk, 'CE_UNICODE', key.toWellFormed());
    }
    const at = visit(members[key] ?? null, depth + 1, walk);
    if (at !== undefined) return pointerToken(key) + at;
  }
  return undefined;
}

export const isForbiddenKey = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype';

function tooMany(more: number, walk: Walk): boolean {
  walk.elements += more;
  if (walk.elements <= jsonLimits.elements) return false;
  stop(walk, 'CE_DATA_LIMIT', `more than ${jsonLimits.elements} elements`);
  return true;
}

function stop(walk: Walk, code: WireCode, got: string): string {
  walk.code = code;
  walk.got = got;
  return '';
}

const expectations: Partial<Record<WireCode, readonly [expected: string, fix: string]>> = {
  CE_FORBIDDEN_KEY: ['any key but __proto__, constructor and prototype', 'rename the key'],
  CE_DATA_LIMIT: [
    `at most ${jsonLimits.depth} levels and ${jsonLimits.elements} elements`,
    'split the data, or pass a reference to it',
  ],
  CE_NUMBER: ['a finite number that a double holds with every digit', 'send it as a string'],
  CE_UNICODE: ['well-formed Unicode', 'cut texts between characters, not inside one'],
};

function describe(walk: Walk, path: string): WireProblem {
  const [expected, fix] = expectations[walk.code] ?? ['data that can be read', 'mend the data'];
  return wireProblem(walk.code, { path, got: shown(walk.got), expected, fix });
}

/**
 * A double beyond 2^53 came from somewhere in the text: was it written as an integer it is not? The text is parsed
 * again with NaN in the place of each such integer, and the walk finds the first.
 */
function inexactNumber(
  path: string,
  text: string,
  pick: (root: Json) => Json | undefined,
): WireProblem | undefined {
  const literals: string[] = [];
  const mark = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    const literal = context?.source;
    if (typeof value !== 'number' || literal === undefined || isExact(value, literal)) return value;
    literals.push(literal);
    return NaN;
  };
  const marked = pick(JSON.parse(text, mark) as Json);
  const walk = newWalk(false);
  const at = marked === undefined ? undefined : visit(marked, 1, walk);
  if (at === undefined) return undefined;
  walk.got = literals[0] ?? '';
  return describe(walk, path + at);
}

/**
 * Literals with a fraction or an exponent are meant as doubles; only plain integers promise every digit. One that a
 * double writes back digit for digit loses nothing on its way, even where the double itself is another number.
 */
const isExact = (value: number, literal: string): boolean =>
  Number.isSafeInteger(value) ||
  !/^-?[0-9]{1,400}$/.test(literal) ||
  String(value) === literal ||
  BigInt(literal) === BigInt(value);

function notJson(text: string, size: number, error: unknown): WireProblem {
  // An early end needs no search for its place, and it is what a text of a million open brackets has.
  const isCutOff = error instanceof SyntaxError && error.message === 'Unexpected end of JSON input';
  const offset = isCutOff ? size : Buffer.byteLength(text.slice(0, jsonSyntaxOffset(text)));
  const what = offset >= size ? 'an early end' : 'something else';
  return wireProblem('CE_PARSE', {
    got: `${what} at byte offset ${offset} of ${size}`,
    expected: 'one complete JSON text and nothing after it',
    fix: 'serialise the event with a JSON library and send all of its bytes',
  });
}

function notUtf8(bytes: Uint8Array): WireProblem {
  // Valid bytes give the same text in both decoders up to the first replacement that was not in the input.
  const replaced = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  let offset = 0;
  while (offset < bytes.length && replaced[offset] === bytes[offset]) offset += 1;
  return wireProblem('CE_PARSE', {
    got: `invalid UTF-8 at byte offset ${offset} of ${bytes.length}`,
    expected: 'UTF-8 text',
    fix: 'encode the event as UTF-8; binary data goes into data_base64',
  });
}
