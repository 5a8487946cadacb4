/** Records of the log as people may see them: capabilities hidden, one line where a line is wanted. */
import { redactCapability } from '#core/capability.ts';
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';

const capabilities = /v1\.[a-z0-9]{1,16}\.[0-9]{1,16}\.[A-Za-z0-9_-]{43}/g;
export const redacted = (text: string): string => text.replace(capabilities, redactCapability);

/** Wherever it stands: a refused event may carry one in the wrong place. */
export function hideCapabilities(value: JsonObject): JsonObject {
  const hidden = Object.entries(value).map(([name, member]) => [
    name,
    name === 'capability' && typeof member === 'string' ? redactCapability(member) : hideWithin(member),
  ]);
  return Object.fromEntries(hidden) as JsonObject;
}

function hideWithin(value: Json): Json {
  if (typeof value === 'string') return redacted(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(hideWithin);
  return isJsonObject(value) ? hideCapabilities(value) : value;
}

/** What others wrote must not move the cursor of whoever reads it. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
export const cut = (text: string, longest = 120): string => {
  const line = oneLine(text);
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
};

/** The time of something, in ISO 8601. */
export const iso = (at: number): string => new Date(at).toISOString();
