/**
 * Log lines: one JSON object each, `{time, level, message, ...fields}`, to stderr.
 * LG1. No capability and no known secret of eight characters or more leaves here, whatever field, key, error or message
 *      it hides in.
 * LG2. Writing a line never throws: what cannot be shown is named instead.
 */
import { redactCapability } from '#core/capability.ts';
import { type Clock, type LogFields, type Logger } from '#core/ports.ts';
import { type LogLevel } from './config.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** By name; a line shows `secret:<name>` where the value stood. Values of at least 8 characters. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Takes each line, without its line break. Default: stderr. */
  readonly sink?: (line: string) => void;
}

export function createLogger(options: LoggerOptions): Logger {
  const redact = redactor(options.secrets);
  const sink = options.sink ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const least = ranks[options.level];
  const at = (bound: LogFields): Logger => {
    const write = (level: Exclude<LogLevel, 'silent'>) => (fields: LogFields, message: string) => {
      if (ranks[level] < least) return;
      const time = new Date(options.clock.now()).toISOString();
      sink(lineOf({ time, level, message }, [bound, fields], redact));
    };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => at({ ...bound, ...fields }),
    };
  };
  return at({});
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warn: 30, error: 40, silent: 100 };

type Redact = (text: string) => string;

type Fixed = { readonly time: string; readonly level: string; readonly message: string };

function lineOf(fixed: Fixed, fields: readonly LogFields[], redact: Redact): string {
  try {
    // Twice: printed first, and never replaced by a field of the same name.
    return JSON.stringify(plain(Object.assign({ ...fixed }, ...fields, fixed), redact, []));
  } catch {
    // A throwing getter or proxy among the fields.
    return JSON.stringify({ ...fixed, message: redact(fixed.message), fields: '[unreadable]' });
  }
}

const depthLimit = 8;
const lengthLimit = 200;

/** The value as plain JSON data, redacted; errors, bytes, cycles and other strangers made readable. */
function plain(value: unknown, redact: Redact, above: readonly object[]): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'symbol' || typeof value === 'function') return `[${typeof value}]`;
  if (typeof value !== 'object') return value;
  if (value === null) return null;
  if (above.includes(value)) return '[circular]';
  if (above.length >= depthLimit) return '[deeper]';
  const path = [...above, value];
  if (value instanceof Error) return plain(errorFields(value), redact, path);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return plain([...value], redact, path);
  if (value instanceof Set) return plain([...value], redact, path);
  if (Array.isArray(value)) return value.slice(0, lengthLimit).map((item) => plain(item, redact, path));
  return plainObject(value, redact, path);
}

function plainObject(value: object, redact: Redact, path: readonly object[]): unknown {
  const entries = Object.entries(value).map(
    ([key, member]) => [redact(key), plain(member, redact, path)] as const,
  );
  return Object.fromEntries(entries);
}

function errorFields(error: Error): LogFields {
  const stack = error.stack?.split('\n').slice(1, 9).join('\n');
  return {
    ...error,
    name: error.name,
    message: error.message,
    ...(stack !== undefined && { stack }),
    ...(error.cause !== undefined && { cause: error.cause }),
  };
}

const capabilities = /v1\.[a-z0-9]{1,16}\.[0-9]{1,16}\.[A-Za-z0-9_-]{43}/g;

function redactor(secrets: Readonly<Record<string, string>>): Redact {
  const names = new Map(Object.entries(secrets).map(([name, value]) => [value, name]));
  // Longest first: a secret that contains another is replaced whole.
  const values = [...names.keys()].filter((value) => value !== '').sort((a, b) => b.length - a.length);
  const known =
    values.length === 0 ? undefined : new RegExp(values.map((value) => RegExp.escape(value)).join('|'), 'g');
  return (text) => {
    const open =
      known === undefined ? text : text.replace(known, (value) => `secret:${names.get(value) ?? '?'}`);
    return open.includes('v1.') ? open.replace(capabilities, redactCapability) : open;
  };
}
