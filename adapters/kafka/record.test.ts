import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Partitioners } from 'kafkajs';
import { partitionOf } from '#core/partitioner.ts';
import { sizeOf, toMessage, toRecord } from './record.ts';

const message = { key: null, value: null, timestamp: '5', attributes: 0, offset: '7', headers: {} };

test('who gave the timestamp is read from the record batch', () => {
  const stamped = (timestampType: number) => ({ ...message, batchContext: { timestampType } });
  assert.equal(toRecord('t', 0, stamped(1)).timestampType, undefined);
  assert.equal(toRecord('t', 0, stamped(0)).timestampType, 'CREATE_TIME');
  assert.equal(toRecord('t', 0, message).timestampType, 'CREATE_TIME');
});

test('headers that JavaScript has names for, and headers without a value, are bytes and nothing else', () => {
  const value = Buffer.from('v');
  // What kafkajs makes of a header called `constructor`, and of one without a value.
  const headers = { constructor: [Object, value], empty: null } as unknown as Record<string, Buffer>;
  assert.deepEqual(toRecord('t', 0, { ...message, headers }).headers, [
    ['constructor', value],
    ['empty', Buffer.alloc(0)],
  ]);
});

test('an empty key is none, and repeated headers are kept', () => {
  const headers = [
    ['h', Buffer.from('1')],
    ['h', Buffer.from('2')],
  ] as const;
  const made = toMessage({ topic: 't', key: '', value: Buffer.from('v'), headers });
  assert.equal(made.key, null);
  assert.deepEqual(made.headers, { h: [Buffer.from('1'), Buffer.from('2')] });
  assert.ok(sizeOf({ topic: 't', key: '', value: Buffer.alloc(100), headers }) > 100);
});

test('a key goes to the partition that the other logs put it in', () => {
  const partitionMetadata = Array.from({ length: 8 }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [1],
    isr: [1],
  }));
  const place = Partitioners.DefaultPartitioner();
  for (const key of ['a', 'run-1', 'clé-鍵', 'x'.repeat(100)])
    assert.equal(
      place({ topic: 't', partitionMetadata, message: { key, value: null } }),
      partitionOf(Buffer.from(key), 8),
    );
});
