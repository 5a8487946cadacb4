import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json } from '#core/json.ts';
import { wireSchemaOf } from './wire-schema.ts';

const object = (properties: Json, required: Json, more: Record<string, Json> = {}): Json => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...more,
});

test('a closed schema with every property required is strict, without keywords that strict mode refuses', () => {
  const schema = object(
    {
      name: { type: 'string', minLength: 1, maxLength: 5, pattern: '^a' },
      list: {
        type: 'array',
        items: object({ format: { type: 'string', format: 'date' } }, ['format']),
        maxItems: 3,
      },
    },
    ['name', 'list'],
    { $schema: 'https://json-schema.org/draft/2020-12/schema' },
  );
  assert.deepEqual(wireSchemaOf(schema), {
    strict: true,
    schema: object(
      {
        name: { type: 'string', pattern: '^a' },
        list: { type: 'array', items: object({ format: { type: 'string' } }, ['format']), maxItems: 3 },
      },
      ['name', 'list'],
    ),
  });
});

test('optional properties, open objects, free values and other keywords are sent unchanged, not strict', () => {
  const cases: readonly Json[] = [
    object({ a: { type: 'string' } }, []),
    { type: 'object', properties: {}, required: [] },
    object({ a: {} }, ['a']),
    object({ a: { type: 'string' } }, ['a'], { not: { required: ['b'] } }),
    object({ a: { type: 'object', additionalProperties: { type: 'string' } } }, ['a']),
    { type: 'array', items: { type: 'string' } },
  ];
  for (const schema of cases) assert.deepEqual(wireSchemaOf(schema), { strict: false, schema });
});
