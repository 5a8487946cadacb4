/** What the embedded log promises beyond the contract of the port. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { partitionOf } from '#core/partitioner.ts';
import { type Embedded, openEmbedded } from './open.ts';

let folder = '';
let now = 1_000;
let embedded: Embedded;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-log-'));
  now = 1_000;
  embedded = openEmbedded({ folder, clock: { now: () => now } });
  await embedded.log.createTopics([{ name: 't', partitions: 2 }]);
});
afterEach(async () => {
  await embedded.close();
  rmSync(folder, { recursive: true });
});

async function publishAt(time: number, ...keys: readonly string[]): Promise<void> {
  now = time;
  await embedded.log.publish(keys.map((key) => ({ topic: 't', key, value: Buffer.from(key), headers: [] })));
}

async function readAll(): Promise<readonly { partition: number; offset: number; timestamp: number }[]> {
  const records = [];
  for await (const { partition, offset, timestamp } of embedded.log.read({
    topic: 't',
    from: 'beginning',
    follow: false,
  }))
    records.push({ partition, offset, timestamp });
  return records;
}

test('records carry the time of the clock and the partition of their key', async () => {
  await publishAt(5_000, 'a', 'b', 'c');
  const found = await readAll();
  assert.deepEqual(
    found.map((one) => one.timestamp),
    [5_000, 5_000, 5_000],
  );
  const expected = ['a', 'b', 'c'].map((key) => partitionOf(Buffer.from(key), 2)).sort();
  assert.deepEqual(found.map((one) => one.partition).sort(), expected);
});

test('a publish syncs once whatever its size, and a committed offset never', async () => {
  const before = embedded.syncs();
  await publishAt(1_000, ...Array.from({ length: 50 }, (_, n) => `key-${n}`));
  assert.equal(embedded.syncs() - before, 1);
  const consumer = await embedded.log.consumer({ topic: 't', group: 'g' });
  const records = await consumer.poll({ maxRecords: 100, maxWaitMs: 0 });
  await consumer.commit(
    records.map((record) => ({ partition: record.partition, nextOffset: record.offset + 1 })),
  );
  await consumer.close();
  assert.deepEqual([records.length, embedded.syncs() - before], [50, 1]);
});

test('trimming deletes what is old and behind every group, and offsets go on', async () => {
  await publishAt(1_000, 'a', 'a', 'a');
  await publishAt(2_000, 'a', 'a');
  const partition = partitionOf(Buffer.from('a'), 2);
  const [fast, slow] = [
    await embedded.log.consumer({ topic: 't', group: 'fast' }),
    await embedded.log.consumer({ topic: 't', group: 'slow' }),
  ];
  await fast.commit([{ partition, nextOffset: 5 }]);
  assert.equal(await embedded.trimLog(9_000), 0);
  await slow.commit([{ partition, nextOffset: 2 }]);
  assert.equal(await embedded.trimLog(1_000), 0);
  assert.equal(await embedded.trimLog(9_000), 2);
  await slow.commit([{ partition, nextOffset: 5 }]);
  assert.equal(await embedded.trimLog(2_000), 1);
  assert.deepEqual(
    (await readAll()).map((one) => one.offset),
    [3, 4],
  );
  assert.equal(await embedded.trimLog(9_000), 1);
  await publishAt(3_000, 'a');
  assert.deepEqual(
    (await readAll()).map((one) => one.offset),
    [4, 5],
  );
});

test('a group that begins after a trim begins with the oldest record that is left', async () => {
  await publishAt(1_000, 'a', 'a', 'a');
  assert.equal(await embedded.trimLog(9_000), 2);
  const consumer = await embedded.log.consumer({ topic: 't', group: 'late' });
  const records = await consumer.poll({ maxRecords: 10, maxWaitMs: 0 });
  assert.deepEqual(
    records.map((record) => record.offset),
    [2],
  );
});

test('what a group has not committed is seen without joining it, and nothing of a topic that is not there', async () => {
  const unread = async (topic: string): Promise<readonly number[]> => {
    const offsets: number[] = [];
    for await (const { offset } of embedded.unread({ topic, group: 'g' })) offsets.push(offset);
    return offsets;
  };
  await publishAt(1_000, 'a', 'a', 'a');
  assert.deepEqual(await unread('t'), [0, 1, 2]);
  assert.equal(await embedded.trimLog(9_000), 2, 'trimming waits for known groups alone');
  const consumer = await embedded.log.consumer({ topic: 't', group: 'g' });
  await publishAt(2_000, 'a');
  await consumer.commit([{ partition: partitionOf(Buffer.from('a'), 2), nextOffset: 3 }]);
  await consumer.close();
  assert.deepEqual(await unread('t'), [3]);
  assert.deepEqual(await unread('none'), []);
});

test('a tail that is being read when the folder closes ends', async () => {
  await publishAt(1_000, 'a');
  const seen: number[] = [];
  const reading = (async () => {
    for await (const record of embedded.log.read({ topic: 't', from: 'beginning', follow: true })) {
      seen.push(record.offset);
      setImmediate(() => void embedded.close());
    }
  })();
  await reading;
  assert.deepEqual(seen, [0]);
});
