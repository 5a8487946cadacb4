/**
 * JSON as data: the value type, its canonical text and its digest.
 * J1. Equal values have equal canonical text, whatever the order of their keys (after RFC 8785).
 */
import { hash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether lists and objects stand in each other over so many levels deep. Goes no deeper than that. */
export function isNestedOver(levels: number, value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values<Json>(value).some((member) => isNestedOver(levels - 1, member));
}

/** Canonical text: keys sorted by UTF-16 code unit, no white space; members without value are left out. Same value, same text. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return isJsonArray(value) ? listText(value) : membersText(value);
}

function listText(list: readonly Json[]): string {
  let text = '';
  for (let index = 0; index < list.length; index += 1)
    text += (index === 0 ? '' : ',') + canonicalJson(list[index] ?? null);
  return `[${text}]`;
}

function membersText(members: JsonObject): string {
  let text = '';
  for (const key of sorted(Object.keys(members))) {
    const member = members[key];
    if (member !== undefined) text += (text === '' ? '' : ',') + keyText(key) + canonicalJson(member);
  }
  return `{${text}}`;
}

/** Few keys are put in order by hand: `sort` takes longer to begin than that takes. */
function sorted(keys: string[]): readonly string[] {
  if (keys.length > 16) return keys.sort();
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] ?? '';
    let at = next;
    for (; at > 0 && (keys[at - 1] ?? '') > key; at -= 1) keys[at] = keys[at - 1] ?? '';
    keys[at] = key;
  }
  return keys;
}

/** Most texts hold nothing that JSON escapes, and looking for it is cheaper than the call. */
const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`);
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

/** `"key":`, kept for the first short keys that come: those of commits are always the same few. */
const keyTexts = new Map<string, string>();
const keptKeys = { most: 500, longest: 40 };

function keyText(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = `${quoted(key)}:`;
  if (keyTexts.size < keptKeys.most && key.length <= keptKeys.longest) keyTexts.set(key, text);
  return text;
}

/** SHA-256 of text or bytes in lower-case hexadecimal (64 characters). */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data);

/** Digest of a JSON value: SHA-256 of its canonical text, `sha256:<hex>`. */
export const digestOf = (value: Json): string => `sha256:${sha256(canonicalJson(value))}`;

function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
