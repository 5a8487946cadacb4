/**
 * The JSON Schema of an answer as the provider takes it. What providers do not enforce is left out on the wire and
 * checked here afterwards.
 * WS1. `strict` is asked for only where the schema is of the shape that strict mode takes; else the provider refuses.
 */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';

export interface WireSchema {
  readonly schema: JsonObject;
  readonly strict: boolean;
}

/** Keywords that strict mode is documented to take; others are dropped when it is used. */
const kept = new Set(
  `type properties required additionalProperties items enum const anyOf description title $ref $defs pattern minimum maximum
  exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems`.split(/\s+/),
);
const dropped = new Set('$schema $id minLength maxLength format default examples uniqueItems'.split(' '));

/** A schema that is not an object is sent as it is, without `strict`. */
export function wireSchemaOf(schema: Json): WireSchema {
  const whole = isJsonObject(schema) ? schema : {};
  const strict = whole['type'] === 'object' && isStrict(whole);
  return { schema: strict ? reduced(whole) : whole, strict };
}

function isStrict(schema: JsonObject): boolean {
  const { properties, required, additionalProperties } = schema;
  if (Object.keys(schema).some((key) => !kept.has(key) && !dropped.has(key))) return false;
  if (schema['type'] === 'object' || properties !== undefined) {
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    const needed = Array.isArray(required) ? required : [];
    if (additionalProperties !== false || names.some((name) => !needed.includes(name))) return false;
  }
  // An empty schema means "anything", which strict mode does not know.
  if (Object.keys(schema).length === 0) return false;
  return childrenOf(schema).every((child) => isJsonObject(child) && isStrict(child));
}

function childrenOf(schema: JsonObject): readonly Json[] {
  const { properties, items, anyOf, $defs } = schema;
  return [
    ...(isJsonObject(properties) ? Object.values(properties) : []),
    ...(isJsonObject($defs) ? Object.values($defs) : []),
    ...(items === undefined ? [] : [items]),
    ...(Array.isArray(anyOf) ? (anyOf as readonly Json[]) : []),
  ];
}

function reduced(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).filter(([key]) => kept.has(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, reducedMember(key, value)]));
}

function reducedMember(key: string, value: Json): Json {
  const each = (child: Json): Json => (isJsonObject(child) ? reduced(child) : child);
  if (key === 'items') return each(value);
  if (key === 'anyOf' && Array.isArray(value)) return (value as readonly Json[]).map(each);
  if ((key === 'properties' || key === '$defs') && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, each(child)]));
  }
  return value;
}
