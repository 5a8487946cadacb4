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

/** Canonical text: keys sorted by UTF-16 code unit, no white space; members without value are left out. Same value, same text. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined)
      text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** SHA-256 of text or bytes in lower-case hexadecimal (64 characters). */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data);

/** Digest of a JSON value: SHA-256 of its canonical text, `sha256:<hex>`. */
export const digestOf = (value: Json): string => `sha256:${sha256(canonicalJson(value))}`;

function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
