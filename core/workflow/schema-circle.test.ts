import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject } from '../json.ts';
import { compileSchema } from './json-schema.ts';
import { circles } from './schema-circle.ts';

/** Each of these would be asked about the same value again and again. */
const endless: readonly (readonly [schema: JsonObject, path: string])[] = [
  [{ $ref: '#' }, '/$ref'],
  [{ $dynamicRef: '#' }, '/$dynamicRef'],
  ...['allOf', 'anyOf', 'oneOf'].map((key) => [{ [key]: [true, { $ref: '#' }] }, `/${key}/1/$ref`] as const),
  ...['not', 'if', 'then', 'else'].map((key) => [{ [key]: { $ref: '#' } }, `/${key}/$ref`] as const),
  [{ dependentSchemas: { 'a/b': { $ref: '#' } } }, '/dependentSchemas/a~1b/$ref'],
  [
    { $defs: { a: { $ref: '#/$defs/b' }, b: { not: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' },
    '/$defs/b/not/$ref',
  ],
  [{ $defs: { unused: { $ref: '#/$defs/unused' } } }, '/$defs/unused/$ref'],
  [{ properties: { a: { allOf: [{ $ref: '#/properties/a' }] } } }, '/properties/a/allOf/0/$ref'],
  [{ prefixItems: [{ $ref: '#/prefixItems/0' }] }, '/prefixItems/0/$ref'],
];

/** Each of these goes into the value, or comes to one schema on two ways. */
const ending: readonly JsonObject[] = [
  ...['items', 'contains', 'additionalProperties', 'unevaluatedItems', 'propertyNames'].map((key) => ({
    [key]: { $ref: '#' },
  })),
  { properties: { next: { $ref: '#' } } },
  { patternProperties: { '^x': { $ref: '#' } } },
  { prefixItems: [{ $ref: '#' }] },
  { $defs: { a: { type: 'string' } }, allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] },
  { $defs: { a: { $ref: '#/$defs/b' }, b: {} }, anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }] },
  { enum: [{ $ref: '#' }], const: { $ref: '#' } },
];

describe('a schema that refers to itself', () => {
  for (const [schema, path] of endless)
    it(`is refused where it never goes into the value: ${JSON.stringify(schema)}`, () => {
      assert.deepEqual(circles(schema), [path]);
      const compiled = compileSchema(schema);
      assert.ok(!compiled.ok);
      assert.deepEqual(compiled.problem, [
        {
          code: 'WF_SCHEMA_REF',
          path,
          message: 'reference leads back to itself without going into the value',
          hint: 'refer to it from within properties or items',
        },
      ]);
    });

  for (const schema of ending)
    it(`is taken where it does: ${JSON.stringify(schema)}`, () => {
      assert.deepEqual(circles(schema), []);
      assert.ok(compileSchema(schema).ok);
    });

  it('checks all levels of a value', () => {
    const tree = compileSchema({
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#' } } },
      additionalProperties: false,
    });
    assert.ok(tree.ok);
    assert.deepEqual(tree.value({ children: [{ children: [] }, {}] }), []);
    assert.deepEqual(
      tree.value({ children: [{ children: [{ kids: [] }] }] }).map(({ path }) => path),
      ['/children/0/children/0/kids'],
    );
  });

  it('is refused where its chain of references is too long to follow', () => {
    const names = Array.from({ length: 30_000 }, (_, index) => `d${index}`);
    const $defs = Object.fromEntries(
      names.map((name, index) => [name, index === 0 ? {} : { $ref: `#/$defs/d${index - 1}` }]),
    );
    const compiled = compileSchema({ $defs, $ref: `#/$defs/${names.at(-1)}` });
    assert.ok(!compiled.ok);
    assert.deepEqual(
      compiled.problem.map(({ code, path }) => [code, path]),
      [['WF_SCHEMA_INVALID', '']],
    );
  });
});

it('forgets a schema it could not compile: the same address may come again', () => {
  const address = 'https://schemas.example/order';
  assert.ok(!compileSchema({ $id: address, type: 'none' }).ok);
  assert.ok(compileSchema({ $id: address, type: 'string' }).ok);
  assert.ok(compileSchema({ $id: address, type: 'number' }).ok);
});
