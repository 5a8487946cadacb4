/**
 * What may be wrong with a record or an event on the wire: codes, and their one text form.
 * WP1. A code, once published, keeps its meaning: dead letters carry it and people search for it.
 * WP2. No key and no capability is echoed, and no echoed value is longer than 80 characters.
 */
import { echoed } from './redact.ts';

/** Each code with what went wrong. */
export const wireCodes = {
  KAFKA_NULL_VALUE: 'the record has no value',
  ESM_SHAPE: 'this is not the Kafka event of an event source mapping',
  CE_PARSE: 'the bytes are not one JSON text in UTF-8',
  CE_TYPE: 'the event is not a JSON object',
  CE_REQUIRED: 'a required attribute is missing',
  CE_SPECVERSION: 'the event is of another CloudEvents version',
  CE_ATTR_TYPE: 'an attribute has a value of the wrong type',
  CE_ATTR_LENGTH: 'an attribute is empty or too long',
  CE_SOURCE: 'the source is not a usable URI reference',
  CE_TIME: 'a timestamp is not a real RFC 3339 date and time',
  CE_TIME_SKEW: 'the time of the event is too far from the time of its record',
  CE_EXPIRED: 'the event expired before it was read',
  CE_EXT_NAME: 'an extension has a name that CloudEvents does not allow',
  CE_EXT_TYPE: 'an extension has a value that is not a string, integer or boolean',
  CE_DATA: 'the data of the event cannot be read',
  CE_CONTENT_TYPE: 'the content type is not one that Baton reads, or the content is of another type',
  CE_MODE_CONFLICT: 'headers and body describe different events',
  CE_FORBIDDEN_KEY: 'a key of the data is reserved by the language',
  CE_DATA_LIMIT: 'the data is nested too deeply or has too many elements',
  CE_NUMBER: 'a number cannot be held exactly',
  CE_UNICODE: 'a text holds half a surrogate pair',
  CE_UNKNOWN_TYPE: 'no event of that type is in the catalog',
  CE_WRONG_TOPIC: 'the event came on a topic that is not the one of its type',
  CE_SOURCE_FORBIDDEN: 'the source may not send events of that type',
} as const;

export type WireCode = keyof typeof wireCodes;

export interface WireProblem {
  readonly code: WireCode;
  /** Four parts: what went wrong, the value given, what was expected, how to fix it. */
  readonly message: string;
  /** JSON pointer into the event, where the problem has a place there. */
  readonly path?: string;
  /** The value given, as it may be shown. */
  readonly got: string;
  readonly expected: string;
  /** How to fix it. */
  readonly hint: string;
  /** The same bytes are wrong again next time. */
  readonly retryable: false;
}

/** `got` is shown as it is; make it with `shown`. */
export function wireProblem(
  code: WireCode,
  parts: { readonly path?: string; readonly got: string; readonly expected: string; readonly fix: string },
): WireProblem {
  const { path, got, expected, fix: hint } = parts;
  const place = path === undefined || path === '' ? '' : ` at ${echoed(path)}`;
  const message = `${wireCodes[code]}${place}: got ${got}; expected ${expected}; ${hint}`;
  const problem = { code, message, got, expected, hint, retryable: false } as const;
  return path === undefined ? problem : { ...problem, path: echoed(path) };
}

/** A value as an error may show it: type and size for containers, at most 80 characters of anything else. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return `an object with ${Object.keys(value).length} members`;
  if (typeof value === 'string') return JSON.stringify(echoed(value));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}
