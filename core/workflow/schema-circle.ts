/**
 * Finds schemas that refer to themselves without going into the value: checking a value by them would never end
 * (JSON Schema 2020-12 Core, 9.4.1 "Guarding Against Infinite Recursion").
 */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { childOf, escapePointer, isList, pointerSegments } from './scope.ts';

interface Keywords {
  /** Those whose value is one schema, a list of schemas, a mapping of names to schemas. */
  readonly single: readonly string[];
  readonly several: readonly string[];
  readonly named: readonly string[];
}

/** What they hold is asked about the same value. */
const sameValue: Keywords = {
  single: ['not', 'if', 'then', 'else'],
  several: ['allOf', 'anyOf', 'oneOf'],
  named: ['dependentSchemas'],
};
/** What they hold is asked about a part of the value, or is there to be referred to. */
const itsParts: Keywords = {
  single:
    'additionalProperties unevaluatedProperties items unevaluatedItems contains propertyNames contentSchema'.split(
      ' ',
    ),
  several: ['prefixItems'],
  named: ['properties', 'patternProperties', '$defs', 'definitions'],
};

type Placed = readonly [path: string, schema: Json];

/** JSON pointers of the references that close a circle. A reference that leads nowhere is none. */
export function circles(root: JsonObject): readonly string[] {
  const found: string[] = [];
  const done = new Set<JsonObject>();
  const onTheWay = new Set<JsonObject>();
  const later: Placed[] = [['', root]];

  function follow([path, schema]: Placed): void {
    if (!isJsonObject(schema) || done.has(schema)) return;
    onTheWay.add(schema);
    for (const key of ['$ref', '$dynamicRef']) {
      const target = targetOf(root, schema[key]);
      if (isJsonObject(target?.[1]) && onTheWay.has(target[1])) found.push(`${path}/${key}`);
      else if (target !== undefined) follow(target);
    }
    for (const part of partsOf(path, schema, sameValue)) follow(part);
    onTheWay.delete(schema);
    done.add(schema);
    later.push(...partsOf(path, schema, itsParts));
  }

  for (let next = later.pop(); next !== undefined; next = later.pop()) follow(next);
  return found;
}

function targetOf(root: JsonObject, ref: Json | undefined): Placed | undefined {
  if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
  let target: Json | undefined = root;
  for (const key of pointerSegments(ref.slice(1))) target = target && childOf(target, key);
  return target === undefined ? undefined : [ref.slice(1), target];
}

function* partsOf(path: string, schema: JsonObject, { single, several, named }: Keywords): Iterable<Placed> {
  for (const [key, value] of Object.entries(schema)) {
    const at = `${path}/${escapePointer(key)}`;
    if (single.includes(key)) yield [at, value];
    else if (several.includes(key) && isList(value))
      for (const [index, part] of value.entries()) yield [`${at}/${index}`, part];
    else if (named.includes(key) && isJsonObject(value))
      for (const [name, part] of Object.entries(value)) yield [`${at}/${escapePointer(name)}`, part];
  }
}
