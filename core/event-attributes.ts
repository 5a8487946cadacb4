/**
 * The attributes of an event: which are text, how long they may be, and what an extension may be.
 * EA1. Texts are bounded and hold no control characters: they end up in ids, keys, headers and logs.
 * EA2. A timestamp is a date that exists, so that whoever computes with it later need not ask.
 */
import { type Json, type JsonObject } from './json.ts';
import { shown, wireProblem, type WireCode, type WireProblem } from './wire-problem.ts';

/** What is being read: the attributes of `BatonEvent`, not all there yet, and the extensions beside them. */
export interface DraftEvent {
  readonly attributes: Record<string, Json>;
  readonly extensions: Record<string, Json>;
  extensionCount: number;
}

/** Longest text of each attribute, in UTF-16 code units. */
const textLimits: ReadonlyMap<string, number> = new Map([
  ['id', 256],
  ['source', 2048],
  ['type', 256],
  ['subject', 1024],
  ['time', 64],
  ['runid', 256],
  ['stepid', 256],
  ['traceparent', 256],
  ['tracestate', 1024],
  ['capability', 1024],
  ['tenantid', 256],
  ['dataref', 2048],
  ['expirytime', 64],
]);
const extensionLimit = 4096;
const maxExtensions = 64;
const handledElsewhere: ReadonlySet<string> = new Set([
  'specversion',
  'datacontenttype',
  'data',
  'data_base64',
]);

/** Puts one attribute into the draft. Null is "not set", as in the JSON format of CloudEvents. */
export function readAttribute(draft: DraftEvent, name: string, value: Json): WireProblem | undefined {
  const limit = textLimits.get(name);
  if (limit !== undefined) return value === null ? undefined : readText(draft, name, value, limit);
  if (handledElsewhere.has(name) || (value === null && /^[a-z0-9]{1,32}$/.test(name))) return undefined;
  if (name !== 'attempt') return readExtension(draft, name, value);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    return wrong('CE_ATTR_TYPE', name, value, 'a positive integer', 'number attempts from 1');
  draft.attributes['attempt'] = value;
  return undefined;
}

/** Data is JSON or nothing: no part of Baton takes anything else. */
export function readTypeOfData(root: JsonObject): WireProblem | undefined {
  const type = root['datacontenttype'] ?? null;
  if (type === null || type === 'application/json') return undefined;
  if (typeof type !== 'string')
    return wrong('CE_ATTR_TYPE', 'datacontenttype', type, 'a media type', 'send a string');
  if (/^(?:application|text)\/(?:[\w.-]{1,64}\+)?json\s*(?:;|$)/i.test(type)) return undefined;
  return wrong(
    'CE_CONTENT_TYPE',
    'datacontenttype',
    type,
    'application/json or a +json type',
    'send the data as JSON',
  );
}

function readText(draft: DraftEvent, name: string, value: Json, limit: number): WireProblem | undefined {
  const problem = textProblem(name, value, limit);
  if (problem !== undefined) return problem;
  const text = value as string;
  if ((name === 'time' || name === 'expirytime') && !isTimestamp(text))
    return wrong(
      'CE_TIME',
      name,
      text,
      'e.g. "2026-01-31T12:00:00Z"',
      'send RFC 3339, a date that exists, with its zone',
    );
  if (name === 'source' && /\s|^(?:javascript|data|vbscript):/i.test(text))
    return wrong(
      'CE_SOURCE',
      name,
      text,
      'a URI reference, e.g. "/shop/orders"',
      'name the system that sends',
    );
  draft.attributes[name] = text;
  return undefined;
}

function textProblem(name: string, value: Json, limit: number): WireProblem | undefined {
  if (typeof value !== 'string') return wrong('CE_ATTR_TYPE', name, value, 'a string', 'send it as a string');
  if (value.length === 0 || value.length > limit)
    return wrong(
      'CE_ATTR_LENGTH',
      name,
      `${value.length} characters`,
      `1 to ${limit} characters`,
      'shorten it or leave it out',
    );
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value))
    return wrong(
      'CE_ATTR_TYPE',
      name,
      value,
      'text without control characters',
      'remove line breaks and other control characters',
    );
  return value.isWellFormed()
    ? undefined
    : wrong('CE_UNICODE', name, value.toWellFormed(), 'well-formed Unicode', 'cut texts between characters');
}

function readExtension(draft: DraftEvent, name: string, value: Json): WireProblem | undefined {
  if (!/^[a-z0-9]{1,32}$/.test(name))
    return wrong(
      'CE_EXT_NAME',
      name.toWellFormed(),
      name.toWellFormed(),
      'lower-case letters and digits, at most 32',
      'rename the extension',
    );
  if (typeof value === 'string') {
    if (value !== '') {
      const problem = textProblem(name, value, extensionLimit);
      if (problem !== undefined) return problem;
    }
  } else if (typeof value === 'number') {
    if (!Number.isInteger(value))
      return wrong('CE_EXT_TYPE', name, value, 'an integer', 'send other numbers as strings');
    if (!Number.isSafeInteger(value))
      return wrong('CE_NUMBER', name, value, 'an integer within 2^53', 'send it as a string');
  } else if (typeof value !== 'boolean') {
    return wrong(
      'CE_EXT_TYPE',
      name,
      value,
      'a string, integer or boolean',
      'put structured values into data',
    );
  }
  draft.extensionCount += 1;
  if (draft.extensionCount > maxExtensions)
    return wrong(
      'CE_DATA_LIMIT',
      name,
      'one more',
      `at most ${maxExtensions} extensions`,
      'put values into data',
    );
  draft.extensions[name] = value;
  return undefined;
}

const timestamp =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** RFC 3339 without leap seconds: JavaScript's dates have none. */
function isTimestamp(text: string): boolean {
  const match = timestamp.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (daysOfMonth[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

function wrong(code: WireCode, name: string, value: unknown, expected: string, fix: string): WireProblem {
  // A capability is a secret while its attempt lives: it must not reach a log through an error.
  const got = name === 'capability' ? 'a value not shown' : shown(value);
  return wireProblem(code, { path: `/${name}`, got, expected, fix });
}
