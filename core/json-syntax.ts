/**
 * Where a text stops being JSON. Only for errors: `JSON.parse` refuses first and fast, but does not say where.
 * JS1. Linear, and without recursion: the text is hostile.
 */
import { assertNever } from './assert-never.ts';

/** Index (UTF-16) of the first code unit that cannot stand there; the length of the text where it ends too early. */
export function jsonSyntaxOffset(text: string): number {
  const scan: Scan = { text, at: 0, expect: 'value', open: [] };
  for (;;) {
    skipSpace(scan);
    if (scan.at >= text.length || !advance(scan)) return Math.min(scan.at, text.length);
  }
}

type Expectation = 'value' | 'firstItem' | 'firstKey' | 'key' | 'colon' | 'comma' | 'end';

/** Changed in place: a hostile text has a million tokens. */
interface Scan {
  readonly text: string;
  at: number;
  expect: Expectation;
  readonly open: ('{' | '[')[];
}

/** Takes one token; `false` where it cannot stand at `at`, which is then the offending place. */
function advance(scan: Scan): boolean {
  const char = scan.text.charAt(scan.at);
  if (closes(char, scan)) {
    scan.open.pop();
    return take(scan, 1, afterValue(scan));
  }
  switch (scan.expect) {
    case 'end':
      return false;
    case 'comma':
      return char === ',' && take(scan, 1, scan.open.at(-1) === '{' ? 'key' : 'value');
    case 'colon':
      return char === ':' && take(scan, 1, 'value');
    case 'key':
    case 'firstKey':
      return char === '"' && string(scan, 'colon');
    case 'value':
    case 'firstItem':
      return value(scan, char);
    default:
      return assertNever(scan.expect);
  }
}

function take(scan: Scan, length: number, expect: Expectation): true {
  scan.at += length;
  scan.expect = expect;
  return true;
}

function closes(char: string, { expect, open }: Scan): boolean {
  if (char === '}') return open.at(-1) === '{' && (expect === 'firstKey' || expect === 'comma');
  return char === ']' && open.at(-1) === '[' && (expect === 'firstItem' || expect === 'comma');
}

const afterValue = (scan: Scan): Expectation => (scan.open.length === 0 ? 'end' : 'comma');

function value(scan: Scan, char: string): boolean {
  switch (char) {
    case '{':
    case '[':
      scan.open.push(char);
      return take(scan, 1, char === '{' ? 'firstKey' : 'firstItem');
    case '"':
      return string(scan, afterValue(scan));
    case 't':
      return word(scan, 'true');
    case 'f':
      return word(scan, 'false');
    case 'n':
      return word(scan, 'null');
    default:
      return number(scan);
  }
}

function word(scan: Scan, expected: string): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (scan.text[scan.at] !== expected[index]) return false;
    scan.at += 1;
  }
  return take(scan, 0, afterValue(scan));
}

const whole = /0|[1-9][0-9]*/y;
const digits = /[0-9]+/y;
const exponent = /[eE][+-]?/y;

function number(scan: Scan): boolean {
  if (scan.text[scan.at] === '-') scan.at += 1;
  if (!skip(scan, whole)) return false;
  if (scan.text[scan.at] === '.') {
    scan.at += 1;
    if (!skip(scan, digits)) return false;
  }
  if (skip(scan, exponent) && !skip(scan, digits)) return false;
  return take(scan, 0, afterValue(scan));
}

function string(scan: Scan, expect: Expectation): boolean {
  for (scan.at += 1; scan.at < scan.text.length;) {
    const code = scan.text.charCodeAt(scan.at);
    if (code === 0x22) return take(scan, 1, expect);
    if (code < 0x20) return false;
    scan.at += 1;
    if (code === 0x5c && !escaped(scan)) return false;
  }
  return false;
}

const oneEscaped = /["\\/bfnrt]/y;
const hexDigit = /[0-9a-fA-F]/y;

/** What follows a backslash. */
function escaped(scan: Scan): boolean {
  if (scan.text[scan.at] !== 'u') return skip(scan, oneEscaped);
  scan.at += 1;
  return [1, 2, 3, 4].every(() => skip(scan, hexDigit));
}

function skip(scan: Scan, pattern: RegExp): boolean {
  pattern.lastIndex = scan.at;
  if (!pattern.test(scan.text)) return false;
  scan.at = pattern.lastIndex;
  return true;
}

function skipSpace(scan: Scan): void {
  for (;;) {
    const code = scan.text.charCodeAt(scan.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    scan.at += 1;
  }
}
