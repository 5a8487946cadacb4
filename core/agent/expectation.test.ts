import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as z from 'zod';
import { expectationOf } from './expectation.ts';

const said = (schema: z.ZodType, value: unknown): string =>
  expectationOf(schema.safeParse(value).error?.issues[0]?.message ?? '');

it('says what is expected, where zod says what is wrong', () => {
  assert.equal(said(z.string(), 7), 'string');
  assert.equal(said(z.object({ a: z.number() }), {}), 'number');
  assert.equal(said(z.strictObject({}), { extra: 1 }), 'no key "extra"');
  assert.equal(said(z.strictObject({}), { extra: 1, more: 2 }), 'no key "extra", "more"');
  assert.equal(said(z.string().max(3), 'long'), 'string to have <=3 characters');
  assert.equal(said(z.array(z.string()).min(1), []), 'array to have >=1 items');
  assert.equal(said(z.enum(['kafka', 'http']), 'kafak'), 'one of "kafka"|"http"');
  assert.equal(said(z.enum(['a, received b', 'c']), 'd'), 'one of "a, received b"|"c"');
  assert.equal(said(z.number().multipleOf(2), 3), 'a number that must be a multiple of 2');
  assert.equal(said(z.literal(1), 2), '1');
  assert.equal(said(z.string().regex(/^a/), 'b'), 'text that must match pattern /^a/');
  assert.equal(said(z.email(), 'b'), 'a valid email address');
  assert.equal(said(z.union([z.string(), z.number()]), null), 'a value that fits');
});

it('leaves the words of an author as they are', () => {
  assert.equal(said(z.string().min(1, 'a text in words'), ''), 'a text in words');
  for (const words of [
    'Invalid order: it has no lines',
    'No. Unrecognized key: "a"',
    'It is Too big: expected less',
    'No. Invalid option: expected another',
    'No. Invalid number: must be less',
    'Not one. Invalid string: must begin with a',
    'An Invalid order',
  ])
    assert.equal(expectationOf(words), words);
});
