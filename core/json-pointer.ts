/**
 * JSON pointers (RFC 6901).
 * JP1. Only own members are followed: a pointer never reaches into a prototype.
 */
import { isJsonObject, type Json } from './json.ts';

/** One member name or index as it stands in a pointer, slash included. */
export const pointerToken = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The value at a pointer; `undefined` where the pointer is malformed or leads nowhere. `''` is the whole value. */
export function valueAt(root: Json, pointer: string): Json | undefined {
  if (pointer === '') return root;
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  let value: Json | undefined = root;
  for (const token of pointer.slice(1).split('/')) {
    value = member(value, token.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (value === undefined) return undefined;
  }
  return value;
}

function member(value: Json | undefined, key: string): Json | undefined {
  if (isJsonObject(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  if (!Array.isArray(value) || !/^(?:0|[1-9][0-9]{0,9})$/.test(key)) return undefined;
  return (value as readonly Json[])[Number(key)];
}
