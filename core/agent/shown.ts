/**
 * How a foreign value is shown in an error text: short, on one line, never a secret, never throwing.
 * S1. At most 80 characters.   S2. What looks like a key or a token is not echoed.
 */
import { onOneLine, redact } from '../redact.ts';

const limit = 80;

/** The value as it may appear in a message: JSON text where it is JSON, else its type. */
export function shown(value: unknown): string {
  try {
    return cut(redacted(describe(value)), limit);
  } catch {
    return 'a value that cannot be read'; // a Proxy or a getter that throws
  }
}

export const redacted = redact;

/** A text of others as one line of a problem: without keys, nothing that would rule a terminal, cut. */
export const told = (text: string, length: number): string => cut(onOneLine(redact(text)), length);

/** Cut to `length` UTF-16 units, an ellipsis last, no surrogate pair split. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = text.slice(0, length - 1);
  return `${head.isWellFormed() || !text.isWellFormed() ? head : head.slice(0, -1)}…`;
}

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      // Only the part that can be shown is quoted: the text may be many megabytes long.
      return JSON.stringify(value.slice(0, 4 * limit));
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'object':
      return describeObject(value);
  }
}

function describeObject(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const keys = Object.keys(value)
    .slice(0, 8)
    .map((key) => cut(onOneLine(key), 24));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return `an object with keys ${keys.join(', ') || '(none)'}`;
  const name: unknown = value.constructor?.name;
  return `a ${typeof name === 'string' && name !== '' ? name : 'class instance'}`;
}
