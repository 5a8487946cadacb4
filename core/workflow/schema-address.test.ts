import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compileSchema } from './json-schema.ts';
import { schemaAddresses } from './schema-address.ts';

const text = { type: 'string' };

/** SA1: the same verdicts as with ajv's own resolver. */
const referring: Readonly<Record<string, object>> = {
  'to a definition': { properties: { a: { $ref: '#/$defs/text' } }, $defs: { text } },
  'to a name with a space': { properties: { a: { $ref: '#/$defs/a text' } }, $defs: { 'a text': text } },
  'to a name with a slash': { properties: { a: { $ref: '#/$defs/a~1b c' } }, $defs: { 'a/b c': text } },
  'with an absolute id': {
    $id: 'https://shop.example/order',
    properties: { a: { $ref: '#/$defs/text' } },
    $defs: { text },
  },
  'with an id that is only a host': {
    $id: 'https://shop.example',
    properties: { a: { $ref: '#/$defs/text' } },
    $defs: { text },
  },
  'with a relative id': { $id: 'order', properties: { a: { $ref: '#/$defs/text' } }, $defs: { text } },
  'with a rooted id': { $id: '/order/one', properties: { a: { $ref: '#/$defs/text' } }, $defs: { text } },
  'with a urn': { $id: 'urn:shop:order', properties: { a: { $ref: '#/$defs/text' } }, $defs: { text } },
  'with ids within ids': {
    $id: 'https://shop.example/order',
    properties: { a: { $ref: '#/$defs/inner' } },
    $defs: { inner: { $id: 'parts/inner', ...text }, other: { $id: '../other', $anchor: 'here', ...text } },
  },
  'with relative ids within relative ones': {
    $id: 'orders/one',
    properties: { a: { $ref: '#/$defs/inner' } },
    $defs: { inner: { $id: 'inner', ...text }, rooted: { $id: '/rooted', ...text } },
  },
  'through a chain': {
    properties: { a: { $ref: '#/$defs/one' } },
    $defs: { one: { $ref: '#/$defs/two' }, two: { $ref: '#/$defs/three' }, three: text },
  },
  'by an anchor beside it': { $anchor: 'top', properties: { a: { $ref: '#/properties/b' }, b: text } },
};

describe('addresses in schemas', () => {
  for (const [name, schema] of Object.entries(referring))
    it(`lead where ajv's own resolver leads: ${name}`, () => {
      const theirs = new Ajv2020({ strict: false, validateFormats: false }).compile(structuredClone(schema));
      const ours = compileSchema(structuredClone(schema) as Parameters<typeof compileSchema>[0]);
      assert.ok(ours.ok, JSON.stringify(ours));
      for (const value of [{ a: 'x' }, { a: 1 }, {}])
        assert.equal(ours.value(value).length === 0, theirs(value), JSON.stringify(value));
    });

  it('take a lone percent sign for a character', () => {
    const schema = { properties: { a: { $ref: '#/$defs/100%' } }, $defs: { '100%': text } };
    const compiled = compileSchema(schema);
    assert.ok(compiled.ok);
    assert.equal(compiled.value({ a: 1 }).length, 1);
  });

  it('resolve against what they stand in', () => {
    const { resolve } = schemaAddresses;
    assert.equal(resolve('https://a.example/b/c#d', 'e'), 'https://a.example/b/e');
    assert.equal(resolve('b/c', 'd'), 'b/d');
    assert.equal(resolve('b/c', '/d'), '/d');
    assert.equal(resolve('b/c', '#d'), 'b/c#d');
    assert.equal(resolve('', 'd#e'), 'd#e');
    assert.equal(resolve('b/c', 'https://a.example/'), 'https://a.example/');
    assert.equal(resolve('/b/c', 'd'), '/b/d');
    assert.equal(resolve('b/c/', 'd'), 'b/c/d');
    assert.equal(resolve('b/c#d', ''), 'b/c');
    assert.equal(resolve('https://a.example/b?c#d', ''), 'https://a.example/b?c');
    assert.equal(resolve('https://a.example#d', ''), 'https://a.example');
    assert.equal(resolve('', 'b c'), 'b c');
  });

  it('come apart at the first sharp sign, and together again', () => {
    const rows: readonly (readonly [address: string, path: string, fragment?: string])[] = [
      ['order', 'order'],
      ['', ''],
      ['#', '', ''],
      ['order#', 'order', ''],
      ['order#/a', 'order', '/a'],
    ];
    const { parse, serialize } = schemaAddresses;
    for (const [address, path, fragment] of rows) {
      assert.deepEqual(parse(address), fragment === undefined ? { path } : { path, fragment });
      assert.equal(serialize(parse(address)), address);
    }
    assert.equal(serialize({ fragment: 'a' }), '#a');
  });

  it('have their codes left to the library, and lone percent signs made to codes', () => {
    const fragmentOf = (address: string) => schemaAddresses.parse(address).fragment;
    assert.equal(fragmentOf('#%7e%7E%2f'), '%7e%7E%2f');
    assert.equal(fragmentOf('#%%a%ag%g0%'), '%25%25a%25ag%25g0%25');
  });
});
