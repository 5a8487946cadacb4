/**
 * Failures that others wrote, brought within bounds.
 * FF1. Whatever JSON comes, a Failure with a valid code and bounded size goes: it is stored, sent and shown.
 */
import { failureCodes, type Failure } from './failure.ts';
import { patterns } from './ids.ts';
import { isNestedOver, type Json, type JsonObject } from './json.ts';
import { deepestValue, inlineLimitBytes } from './payload.ts';
import { longestDurationMs } from './workflow/duration.ts';

/** Longest message, in UTF-16 code units. */
export const messageLimit = 4096;

/**
 * A bad code becomes `AGENT_THREW`, a long message is cut, details over 16 KiB give way to their size, those that nest
 * too deep to be read again to their depth, and a wait is of whole milliseconds and no longer than any duration: when
 * it ends is a date.
 */
export function clampFailure(given: Readonly<Record<string, Json | undefined>>): Failure {
  const { code, message, retryable, details, retryAfterMs } = given;
  return {
    code: typeof code === 'string' && patterns.failureCode.test(code) ? code : 'AGENT_THREW',
    message: typeof message === 'string' ? cut(message) : failureCodes.AGENT_THREW,
    retryable: retryable === true,
    ...(details === undefined ? {} : { details: clampJson('details', details) }),
    ...(isDuration(retryAfterMs)
      ? { retryAfterMs: Math.min(Math.ceil(retryAfterMs), longestDurationMs) }
      : {}),
  };
}

const cut = (message: string): string =>
  message.length <= messageLimit ? message : `${message.slice(0, messageLimit - 1).toWellFormed()}…`;

/** What others say beside a result or failure, kept as it is up to the inline limit; else what was too much of it. */
export function clampJson(what: string, given: Json): Json {
  if (isNestedOver(deepestDetails, given))
    return { omitted: `${what} of more than ${deepestDetails} levels; no more are kept` };
  const bytes = Buffer.byteLength(JSON.stringify(given));
  const omitted: JsonObject = { omitted: `${what} of ${bytes} bytes; at most ${inlineLimitBytes} are kept` };
  return bytes <= inlineLimitBytes ? given : omitted;
}

/** They stand in a failure, which stands in the data of its event. */
const deepestDetails = deepestValue - 1;

const isDuration = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
