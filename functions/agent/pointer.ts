/** Places in JSON by pointer (RFC 6901). */
import { isJsonObject, type Json } from '#core/json.ts';

/** A copy of `value` with `part` at `pointer`; nothing where the pointer leads nowhere. */
export function placeAt(value: Json, pointer: string, part: Json): Json | undefined {
  if (pointer === '') return part;
  const tokens = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return place(value, tokens, part);
}

function place(value: Json, tokens: readonly string[], part: Json): Json | undefined {
  const [token, ...rest] = tokens;
  if (token === undefined) return part;
  if (isList(value)) {
    const index = /^(0|[1-9][0-9]*)$/.test(token) ? Number(token) : -1;
    const inner = index >= 0 && index < value.length ? place(value[index] ?? null, rest, part) : undefined;
    return inner === undefined ? undefined : value.with(index, inner);
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, token)) return undefined;
  const inner = place(value[token] ?? null, rest, part);
  return inner === undefined ? undefined : { ...value, [token]: inner };
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
