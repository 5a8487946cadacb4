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
      [{ $id: 'whole', ...closed('a') }, ['x']],
      [{ type: 'array' }, ['length']],
      [{ type: 'array' }, ['1x']],
      [{ type: 'array' }, ['x1']],
      [{ type: 'string' }, ['1']],
      [{ type: 'array', items: closed('a') }, ['12', 'x']],
      [{ type: 'array', prefixItems: [{}], items: closed('a') }, ['1', 'x']],
      [{ properties: { k: closed('a') }, allOf: [{ properties: { k: closed('b') } }] }, ['k', 'x']],
      [{ properties: { k: closed('a') }, allOf: [{ properties: { k: true } }] }, ['k', 'x']],
      [{ properties: { k: closed('a') }, allOf: [true] }, ['k', 'x']],
      [{ properties: { k: closed('a') }, allOf: [{ $id: 'inner' }] }, ['k', 'x']],
      [{ properties: { k: closed('a') }, anyOf: [{}, { properties: { k: {} } }] }, ['k', 'x']],
      [{ ...closed('a'), anyOf: [null, true, 1, 'x'], oneOf: {}, $ref: 5 }, ['x']],
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
      { type: ['object', 'null'] },
      { type: 'object' },
      { properties: 'x' },
      { additionalProperties: closed('a') },
      { anyOf: [{ $ref: '#' }] },
      { anyOf: [null, closed('a')] },
    ] as const satisfies readonly JsonObject[])
      assert.equal(missingMember(schema, ['x']), undefined, JSON.stringify(schema));
  });

  it('is not looked for behind one that several schemas tell of in different words', () => {
    const k = (...names: readonly string[]): JsonObject => ({ properties: { k: closed(...names) } });
    for (const schema of [
      { oneOf: [k('a'), k('b')] },
      { ...k('a'), allOf: [k('b')] },
      { ...k('b'), $ref: '#/$defs/a', $defs: { a: k('a') } },
    ]) {
      assert.equal(missingMember(schema, ['k', 'b']), undefined, JSON.stringify(schema));
      assert.equal(missingMember(schema, ['k', 'x'])?.index, 1, JSON.stringify(schema));
    }
    assert.equal(missingMember({ type: 'array', items: true }, ['0', 'x']), undefined);
    assert.equal(missingMember({ type: 'array' }, ['0', 'x']), undefined);
  });

  it('is looked for behind thirty-two references, and no more', () => {
    const behind = (references: number, last: JsonObject, first: JsonObject = {}): JsonObject => {
      const defs = Array.from({ length: references }, (_, at) => [
        `d${at}`,
        at === 0 ? last : { $ref: `#/$defs/d${at - 1}` },
      ]);
      return { ...first, $ref: `#/$defs/d${references - 1}`, $defs: Object.fromEntries(defs) as JsonObject };
    };
    const text = { type: 'string' };
    assert.deepEqual(missingMember(behind(32, closed('a')), ['x'])?.known, ['a']);
    assert.equal(missingMember(behind(33, closed('a')), ['x']), undefined);
    assert.deepEqual(missingMember(behind(33, closed('a'), closed('b')), ['x'])?.known, ['b']);
    assert.equal(missingMember(behind(32, text, closed('b')), ['x'])?.inList, false);
    assert.equal(missingMember(behind(33, text, closed('b')), ['x'])?.inList, true);
  });

  it('is told with the keys there are, and whether it is a list', () => {
    const schema = { anyOf: [closed('a', 'b'), closed('b', 'c'), { type: 'array' }] };
    assert.deepEqual(missingMember(schema, ['x']), { index: 0, known: ['a', 'b', 'c'], inList: true });
    assert.deepEqual(missingMember({ type: 'string' }, ['x']), { index: 0, known: [], inList: false });
    const whichList: readonly (readonly [JsonObject, boolean])[] = [
      [closed(), true],
      [{ ...closed(), type: ['object', 'array'] }, true],
      [{ ...closed(), anyOf: [{ type: 'object' }, { type: 'string' }] }, false],
      [{ ...closed(), anyOf: [{ type: 'object' }, {}] }, true],
      [{ ...closed(), anyOf: [{}], oneOf: [{ type: 'object' }] }, false],
      [{ ...closed(), $ref: '#/$defs/a', $defs: { a: { type: 'object' } } }, false],
      [{ ...closed(), anyOf: [null, { type: 'object' }] }, true],
    ];
    for (const [closedOne, inList] of whichList)
      assert.deepEqual(
        missingMember(closedOne, ['x']),
        { index: 0, known: [], inList },
        JSON.stringify(closedOne),
      );
  });
});
