/**
 * Finds schemas that refer to themselves without going into the value: checking a value by them would never end
 * (JSON Schema 2020-12 Core, 9.4.1 "Guarding Against Infinite Recursion").
 */
import { isJsonObject, type JsonObject } from '../json.ts';
import {
  itsParts,
  type Keywords,
  type Placed,
  references,
  sameValue,
  schemasAt,
  targetOf,
} from './schema-parts.ts';
import { escapePointer } from './scope.ts';

/** JSON pointers of the references that close a circle. A reference that leads nowhere is none. */
export function circles(root: JsonObject): readonly string[] {
  const found: string[] = [];
  const done = new Set<JsonObject>();
  const onTheWay = new Set<JsonObject>();
  const later: Placed[] = [['', root]];

  function follow([path, schema]: Placed): void {
    if (!isJsonObject(schema) || done.has(schema)) return;
    onTheWay.add(schema);
    for (const key of references) {
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

const partsOf = (path: string, schema: JsonObject, keywords: Keywords): readonly Placed[] =>
  Object.entries(schema).flatMap(([key, value]) =>
    schemasAt(key, value, `${path}/${escapePointer(key)}`, keywords),
  );
