/**
 * What a JSON Schema says of the members of its values, for paths that are checked before a run.
 * SM1. A member is missing only where that is certain: what the schema leaves open, or says in a way that is not
 *      understood here, may be there.
 */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { targetOf } from './schema-parts.ts';
import { childOf, isList } from './scope.ts';

export interface MissingMember {
  /** Of the first key that leads nowhere. */
  readonly index: number;
  /** The keys that may be in its place. */
  readonly known: readonly string[];
  /** Its place may hold a list, whose items are told by number. */
  readonly inList: boolean;
}

/** Follows `keys` into values that fit `schema`; `undefined`: there may be something. */
export function missingMember(schema: JsonObject, keys: readonly string[]): MissingMember | undefined {
  let here: Json = schema;
  for (const [index, key] of keys.entries()) {
    const below = memberOf(here, key, schema);
    if (below === undefined)
      return { index, known: [...new Set(knownKeys(here, schema))], inList: mayBeList(here, schema) };
    here = below;
  }
  return undefined;
}

/** References and alternatives followed one after another; beyond, nothing is certain. */
const deepest = 32;

/** The schema of the member; `true`: anything; `undefined`: nothing can be there. */
function memberOf(schema: Json, key: string, root: JsonObject, depth = 0): Json | undefined {
  if (!isJsonObject(schema) || depth > deepest) return true;
  if (schema['$id'] !== undefined && schema !== root) return true; // references count from here, not from the root
  const parts = [
    either([inObject(schema, key), inList(schema, key)]),
    memberOf(referred(schema, root), key, root, depth + 1),
    ...choices(schema).map((branches) =>
      either(branches.map((branch) => memberOf(branch, key, root, depth + 1))),
    ),
  ];
  const possible = parts.filter((part) => part !== undefined);
  if (possible.length < parts.length) return undefined;
  const telling = possible.filter((part) => part !== true);
  return telling.length < 2 ? (telling[0] ?? true) : { allOf: telling };
}

function inObject(schema: JsonObject, key: string): Json | undefined {
  if (!mayBe(schema, 'object')) return undefined;
  const { properties, patternProperties, additionalProperties: others } = schema;
  const own = isJsonObject(properties) ? childOf(properties, key) : undefined;
  if (own !== undefined) return own === false ? undefined : own;
  if (patternProperties !== undefined || others === undefined) return true;
  return others === false ? undefined : others;
}

function inList(schema: JsonObject, key: string): Json | undefined {
  if (!mayBe(schema, 'array') || !/^\d+$/.test(key)) return undefined;
  const { prefixItems, items } = schema;
  const item = childOf(prefixItems ?? null, key) ?? items ?? true;
  return item === false ? undefined : item;
}

const mayBe = ({ type }: JsonObject, wanted: string): boolean =>
  type === undefined || (isList(type) ? type.includes(wanted) : type === wanted);

function either(branches: readonly (Json | undefined)[]): Json | undefined {
  const possible = branches.filter((branch) => branch !== undefined);
  if (possible.includes(true)) return true;
  return possible.length < 2 ? possible[0] : { anyOf: possible };
}

/** Without a reference nothing is said. */
const referred = ({ $ref }: JsonObject, root: JsonObject): Json => targetOf(root, $ref)?.[1] ?? null;

/**
 * Groups of schemas, of each of which one at least applies. `allOf` is such a group as well: of two closed objects that
 * are joined in code, each is written as if the other's members could not be there.
 */
const choices = (schema: JsonObject): readonly (readonly Json[])[] =>
  ['allOf', 'anyOf', 'oneOf'].flatMap((word) => {
    const branches = schema[word] ?? null;
    return isList(branches) ? [branches] : [];
  });

function knownKeys(schema: Json, root: JsonObject, depth = 0): readonly string[] {
  if (!isJsonObject(schema) || depth > deepest) return [];
  const { properties } = schema;
  const own = isJsonObject(properties) ? Object.keys(properties) : [];
  const others = [referred(schema, root), ...choices(schema).flat()];
  return [...own, ...others.flatMap((other) => knownKeys(other, root, depth + 1))];
}

function mayBeList(schema: Json, root: JsonObject, depth = 0): boolean {
  if (!isJsonObject(schema) || depth > deepest) return true;
  const groups = [[referred(schema, root)], ...choices(schema)];
  return (
    mayBe(schema, 'array') &&
    groups.every((group) => group.some((branch) => mayBeList(branch, root, depth + 1)))
  );
}
