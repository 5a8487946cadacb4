/**
 * What Kafka headers say of an event: the content type, and in binary mode the attributes (`ce_<name>`).
 * EH1. An attribute given twice is given alike, or the record is refused: nobody guesses which one is meant.
 */
import { no, ok, type Result } from './failure.ts';
import { decodeUtf8 } from './json-bytes.ts';
import { type Json, type JsonObject } from './json.ts';
import { type LogRecord } from './ports.ts';
import { shown, wireProblem, type WireProblem } from './wire-problem.ts';

export interface EventHeaders {
  readonly contentType: string | undefined;
  /** Absent where no header starts with `ce_`. */
  readonly attributes: ReadonlyMap<string, string> | undefined;
}

/** Attributes from `ce_` headers, where there are any, and the content type. Names are compared without case. */
export function readHeaders(headers: LogRecord['headers']): Result<EventHeaders, WireProblem> {
  let attributes: Map<string, string> | undefined;
  let contentType: string | undefined;
  for (const [name, bytes] of headers) {
    const lower = name.toLowerCase();
    if (lower !== 'content-type' && !lower.startsWith('ce_')) continue;
    const text = isUsual(bytes) ? usual : decodeUtf8(bytes);
    if (text === undefined)
      return no(headerProblem('CE_ATTR_TYPE', name, 'bytes that are not UTF-8', 'UTF-8 text'));
    const key = lower.slice(3);
    const before = lower === 'content-type' ? contentType : attributes?.get(key);
    if (before !== undefined && before !== text)
      return no(headerProblem('CE_MODE_CONFLICT', name, 'the header twice with different values', 'it once'));
    if (lower === 'content-type') contentType = text;
    else attributes = (attributes ?? new Map<string, string>()).set(key, text);
  }
  return ok({ contentType, attributes });
}

/** The content type of nearly every event. */
const usual = 'application/cloudevents+json; charset=utf-8';
const usualBytes = Buffer.from(usual);
const isUsual = (bytes: Uint8Array): boolean =>
  bytes.length === usualBytes.length && usualBytes.equals(bytes);

/** The W3C trace context of the hop that brought the record; nothing where it is absent or none. */
export function traceparentOf(headers: LogRecord['headers']): string | undefined {
  const bytes = headers.findLast(([name]) => name === 'traceparent')?.[1];
  const text = bytes === undefined || bytes.length > 256 ? undefined : decodeUtf8(bytes);
  return text !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text)
    ? text
    : undefined;
}

export const isStructured = (contentType: string): boolean =>
  contentType === usual ||
  /^application\/cloudevents\+json\s*(?:;\s*charset="?utf-?8"?\s*)?$/i.test(contentType);

/** Every attribute named in both places must be the same in both. */
export function headerConflict(
  headers: ReadonlyMap<string, string>,
  body: JsonObject,
): WireProblem | undefined {
  for (const [name, text] of headers) {
    const inBody = Object.hasOwn(body, name) ? body[name] : undefined;
    if (inBody !== undefined && headerText(inBody) === text) continue;
    if (inBody === undefined && name !== 'id') continue;
    const got = name === 'capability' ? 'two different values' : `${shown(text)} and ${shown(inBody)}`;
    return headerProblem('CE_MODE_CONFLICT', `ce_${name}`, got, 'the same value in header and body');
  }
  return undefined;
}

/** An attribute as its header has it. */
const headerText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const headerProblem = (
  code: 'CE_ATTR_TYPE' | 'CE_MODE_CONFLICT',
  name: string,
  got: string,
  expected: string,
): WireProblem =>
  wireProblem(code, {
    path: '',
    got: `${got} in header ${shown(name)}`,
    expected,
    fix: 'send it once, as UTF-8 text',
  });
