/** The 6 MB that an invocation's payload may have. */
import assert from 'node:assert/strict';
import { type EsmCase } from './esm-case.ts';
import { type Call } from './feed.ts';

const limitBytes = 6 * 1024 * 1024;
const sizeOf = ({ event }: Call): number => Buffer.byteLength(JSON.stringify(event));
const countOf = ({ event }: Call): number => Object.values(event.records).flat().length;

export const payloadCases: readonly EsmCase[] = [
  {
    rule: 'payload of 6 MB',
    page: 'batching',
    name: 'a batch is cut at 6 MB of JSON, base64 counted; records of a megabyte go four at a time',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic);
      const megabyte = new Uint8Array(1_000_000).fill(7);
      await world.write(topic, 0, megabyte, megabyte, megabyte, megabyte, megabyte);
      // The window does not matter: the batch is full.
      const first = await feed.call(0);
      assert.deepEqual([countOf(first), sizeOf(first) < limitBytes], [4, true]);
      await feed.read(5);
      await first.answer(null);
      await world.time.advance(1_000);
      const second = await feed.call(1);
      assert.equal(countOf(second), 1);
      const [record] = Object.values(second.event.records).flat();
      assert.ok(Buffer.from(record?.value ?? '', 'base64').equals(megabyte), 'its bytes are those written');
    },
  },
  {
    rule: 'payload of 6 MB',
    page: 'batching',
    name: 'thousands of small records on many partitions of a long name stay within 6 MB, and nearly fill it',
    run: async (world) => {
      const topic = await world.topicWith(64, `esm-${'long-name.'.repeat(22)}${Date.now()}-1`);
      const feed = await world.feed(topic, { batchSize: 10_000 });
      // Nearly ten thousand fit: their commas alone are more than anybody leaves for what surrounds the records.
      const values = Array<string>(154).fill('x'.repeat(195));
      for (let partition = 0; partition < 64; partition += 1) await world.write(topic, partition, ...values);
      const first = await feed.call(0);
      const size = sizeOf(first);
      assert.ok(countOf(first) > 9_500, `${countOf(first)} records are few`);
      assert.ok(size <= limitBytes, `${size} bytes pass ${limitBytes}`);
      assert.ok(size > limitBytes - 16 * 1024, `${size} bytes are far from ${limitBytes}`);
      await feed.read(64 * values.length);
      await first.answer(null);
      await world.time.advance(1_000);
      const second = await feed.call(1);
      assert.equal(countOf(first) + countOf(second), 64 * values.length);
    },
  },
];
