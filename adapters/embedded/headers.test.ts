import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InfrastructureError } from '#core/failure.ts';
import { decodeHeaders, encodeHeaders } from './headers.ts';

const anyHeaders = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 300 })));

test('headers are read back as they were written', () => {
  fc.assert(
    fc.property(anyHeaders, (headers) => {
      const read = decodeHeaders(encodeHeaders(headers) ?? undefined);
      assert.deepEqual(
        read.map(([name, value]) => [name, [...value]]),
        headers.map(([name, value]) => [name, [...value]]),
      );
    }),
  );
});

test('headers cut short are refused, never read past their end', () => {
  const whole = encodeHeaders([['name', Buffer.from('value')]]);
  assert.ok(whole);
  for (let length = 1; length < whole.length; length += 1)
    assert.throws(() => decodeHeaders(whole.subarray(0, length)), InfrastructureError);
});
