import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { outputSchema } from './answer-schema.ts';

describe('the JSON Schema of an output', () => {
  it('leaves open what has no such form', () =>
    assert.deepEqual(outputSchema(z.strictObject({ on: z.date(), name: z.string() })), {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { on: {}, name: { type: 'string' } },
      required: ['on', 'name'],
      additionalProperties: false,
    }));

  it('says of a literal that may be absent what it is otherwise', () =>
    assert.equal(outputSchema(z.literal(['a', undefined]))?.['const'], 'a'));

  it('is not there where it would be very long', () =>
    assert.equal(outputSchema(z.literal('x'.repeat(300_000))), undefined));
});
