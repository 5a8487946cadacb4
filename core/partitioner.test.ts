import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2, partitionOf } from './partitioner.ts';

// The numbers of Kafka's own test (UtilsTest.testMurmur2).
const known: readonly (readonly [key: string, hash: number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
  // Of a length that leaves one byte over; the number is that of kafkajs.
  ['abcde', 461_995_741],
];

test('a key has the hash that Kafka gives it', () => {
  for (const [key, hash] of known) assert.equal(murmur2(Buffer.from(key)), hash, key);
});

test('a key goes to the partition that Kafka would choose', () => {
  for (const [key, hash] of known)
    assert.equal(partitionOf(Buffer.from(key), 7), (hash & 0x7fffffff) % 7, key);
});
