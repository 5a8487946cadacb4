/** How JSON Schemas (2020-12) are made of schemas: the keywords that hold some, and what references name. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { childOf, escapePointer, isList, pointerSegments } from './scope.ts';

export interface Keywords {
  /** Those whose value is one schema, a list of schemas, a mapping of names to schemas. */
  readonly single: readonly string[];
  readonly several: readonly string[];
  readonly named: readonly string[];
}

/** What they hold is asked about the same value. */
export const sameValue: Keywords = {
  single: ['not', 'if', 'then', 'else'],
  several: ['allOf', 'anyOf', 'oneOf'],
  named: ['dependentSchemas'],
};
/** What they hold is asked about a part of the value, or is there to be referred to. */
export const itsParts: Keywords = {
  single:
    'additionalProperties unevaluatedProperties items unevaluatedItems contains propertyNames contentSchema'.split(
      ' ',
    ),
  several: ['prefixItems'],
  named: ['properties', 'patternProperties', '$defs', 'definitions'],
};
export const references = ['$ref', '$dynamicRef'];

/** A schema with its JSON pointer. */
export type Placed = readonly [path: string, schema: Json];

/** The schemas that stand at `key` of a schema, which has the pointer `at`. */
export function schemasAt(key: string, value: Json, at: string, keywords: Keywords): readonly Placed[] {
  if (keywords.single.includes(key)) return [[at, value]];
  if (keywords.several.includes(key) && isList(value))
    return value.map((part, index) => [`${at}/${index}`, part]);
  if (keywords.named.includes(key) && isJsonObject(value))
    return Object.entries(value).map(([name, part]) => [`${at}/${escapePointer(name)}`, part]);
  return [];
}

/** What a reference within the schema names; undefined where it leads nowhere, or out of it. */
export function targetOf(root: JsonObject, ref: Json | undefined): Placed | undefined {
  if (!isLocal(ref)) return undefined;
  let target: Json | undefined = root;
  for (const key of pointerSegments(ref.slice(1))) target = target && childOf(target, key);
  return target === undefined ? undefined : [ref.slice(1), target];
}

/** A pointer within the schema; no anchor, and no other address. */
export const isLocal = (ref: Json | undefined): ref is string =>
  typeof ref === 'string' && /^#(?:\/|$)/.test(ref);
