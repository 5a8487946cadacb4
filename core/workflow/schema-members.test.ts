import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject } from '../json.ts';
import { missingMember } from './schema-members.ts';

const closed = (...names: readonly string[]): JsonObject => ({
  properties: Object.fromEntries(names.map((name) => [name, {}])),
  additionalProperties: false,
});

describe('a member that a schema does not allow', () => {
  it('is certain through references, alternatives and lists of fixed places', () => {
    for (const [schema, keys] of [
      [{ $ref: '#/$defs/a', $defs: { a: closed('b') } }, ['x']],
      [{ properties: { next: { $ref: '#' } }, additionalProperties: false }, ['next', 'next', 'x']],
      [{ anyOf: [closed('a'), closed('b'), { type: 'string' }] }, ['x']],
      [{ oneOf: [{ properties: { k: closed('a') } }, { properties: { k: closed('b') } }] }, ['k', 'x']],
      [{ allOf: [closed('a'), closed('b')] }, ['x']],
      [{ properties: { gone: false } }, ['gone']],
      [{ type: 'array', prefixItems: [{}, closed('a')] }, ['1', 'x']],
      [{ type: 'array', prefixItems: [{}], items: false }, ['1']],
      [{ type: ['string', 'null'] }, ['length']],
    ] as const)
      assert.equal(missingMember(schema, keys)?.index, keys.length - 1, JSON.stringify(schema));
  });

  it('is not certain where something might allow it', () => {
    for (const schema of [
      {},
      { properties: { a: {} } },
      { ...closed('a'), patternProperties: { '^x': {} } },
      { properties: { a: {} }, unevaluatedProperties: false },
      { anyOf: [closed('a'), {}] },
      { allOf: [closed('a'), closed('x')] },
      { $ref: '#anchor' },
      { not: closed('a') },
      { if: {}, then: closed('a') },
      { $ref: '#', ...{ $comment: 'leads back to itself' } },
      { anyOf: [{ $id: 'inner', ...closed('a') }] },
      { properties: { x: true }, additionalProperties: false },
    ] as const satisfies readonly JsonObject[])
      assert.equal(missingMember(schema, ['x']), undefined, JSON.stringify(schema));
  });

  it('is told with the keys there are, and whether it is a list', () => {
    const schema = { anyOf: [closed('a', 'b'), closed('b', 'c'), { type: 'array' }] };
    assert.deepEqual(missingMember(schema, ['x']), { index: 0, known: ['a', 'b', 'c'], inList: true });
    assert.deepEqual(missingMember({ type: 'string' }, ['x']), { index: 0, known: [], inList: false });
  });
});
