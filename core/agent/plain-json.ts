/**
 * Copies an unknown value as plain JSON, or says where and why it is none.
 * PJ1. The copy has own data members only: no getter, Proxy or class instance survives.
 * PJ2. Keys that touch prototypes, lone surrogates and numbers JSON cannot carry are refused: the codecs would refuse them.
 */
import { no, ok, type Result } from '../failure.ts';
import { type Json } from '../json.ts';
import { shown } from './shown.ts';

export interface NotJson {
  /** JSON pointer of the place. */
  readonly pointer: string;
  readonly expected: string;
  readonly got: string;
  readonly tooLarge: boolean;
}

export const depthLimit = 64;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

interface Walk {
  readonly open: Set<object>;
  /** Bytes of JSON text still allowed. */
  left: number;
  readonly limit: number;
}

/** `limitBytes`: the longest JSON text, counted as UTF-8 without white space (escapes apart). */
export function toJson(value: unknown, limitBytes: number): Result<Json, NotJson> {
  try {
    return copy(value, '', { open: new Set(), left: limitBytes, limit: limitBytes });
  } catch {
    return problem('', 'a value that can be read', value);
  }
}

function copy(value: unknown, pointer: string, walk: Walk): Result<Json, NotJson> {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) return problem(pointer, 'text of whole Unicode characters', value);
      // The length in UTF-16 units never exceeds the bytes: a huge text is refused before it is encoded.
      return value.length > walk.left
        ? tooLarge(pointer, walk)
        : spend(value, byteLength(value) + 2, pointer, walk);
    case 'number':
      if (!Number.isFinite(value)) return problem(pointer, 'a finite number', value);
      return spend(value === 0 ? 0 : value, 8, pointer, walk); // JSON has no negative zero
    case 'boolean':
      return spend(value, 5, pointer, walk);
    case 'object':
      return value === null ? spend(value, 4, pointer, walk) : copyObject(value, pointer, walk);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return problem(pointer, 'JSON: an object, a list, text, a number, a boolean or null', value);
  }
}

function copyObject(value: object, pointer: string, walk: Walk): Result<Json, NotJson> {
  if (walk.open.has(value)) return problem(pointer, 'a value that does not contain itself', value);
  if (walk.open.size >= depthLimit) return problem(pointer, `at most ${depthLimit} levels`, value);
  walk.open.add(value);
  const copied = Array.isArray(value) ? copyList(value, pointer, walk) : copyMembers(value, pointer, walk);
  walk.open.delete(value);
  return copied;
}

function copyList(list: readonly unknown[], pointer: string, walk: Walk): Result<Json, NotJson> {
  if (list.length > walk.left) return tooLarge(pointer, walk);
  const items: Json[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const item = copy(list[index], `${pointer}/${index}`, walk);
    if (!item.ok) return item;
    items.push(item.value);
  }
  return spend(items, items.length + 1, pointer, walk);
}

function copyMembers(value: object, pointer: string, walk: Walk): Result<Json, NotJson> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return problem(pointer, 'a plain object', value); // Date, Map, Error, a class instance, a promise …
  }
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    const place = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (forbiddenKeys.has(key))
      return problem(place, 'a key other than __proto__, constructor and prototype', member);
    if (!key.isWellFormed()) return problem(pointer, 'keys of whole Unicode characters', value);
    if (member === undefined) continue;
    const copied = copy(member, place, walk);
    if (!copied.ok) return copied;
    members.push([key, copied.value]);
    walk.left -= byteLength(key) + 4;
  }
  return spend(Object.fromEntries(members), 2, pointer, walk);
}

function spend(value: Json, bytes: number, pointer: string, walk: Walk): Result<Json, NotJson> {
  walk.left -= bytes;
  return walk.left < 0 ? tooLarge(pointer, walk) : ok(value);
}

const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength;

const problem = (pointer: string, expected: string, value: unknown): Result<Json, NotJson> =>
  no({ pointer, expected, got: shown(value), tooLarge: false });

const tooLarge = (pointer: string, walk: Walk): Result<Json, NotJson> =>
  no({ pointer, expected: `at most ${walk.limit} bytes of JSON`, got: 'more', tooLarge: true });
