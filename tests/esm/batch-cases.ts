/** How batches are made of partitions: order, size, window, and what runs beside what. */
import assert from 'node:assert/strict';
import { type EsmCase } from './esm-case.ts';

export const batchCases: readonly EsmCase[] = [
  {
    rule: 'several partitions in one batch',
    page: 'configure',
    name: 'a batch holds records of several partitions, each in the order of its partition',
    run: async (world) => {
      const topic = await world.topicWith(3);
      const feed = await world.feed(topic);
      await world.write(topic, 2, 'a', 'b');
      await world.write(topic, 0, 'c');
      await world.write(topic, 2, 'd');
      await feed.gather(4);
      assert.deepEqual((await feed.call(0)).values, { 0: ['c'], 2: ['a', 'b', 'd'] });
    },
  },
  {
    rule: 'BatchSize',
    page: 'batching',
    name: 'a batch has at most BatchSize records; the rest follows in order',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { batchSize: 3 });
      await world.write(topic, 0, ...'abcdefg');
      assert.deepEqual((await feed.call(0)).values, { 0: ['a', 'b', 'c'] });
      await feed.read(7);
      assert.equal(feed.calls.length, 1);
      await (await feed.call(0)).answer(null);
      assert.deepEqual((await feed.call(1)).values, { 0: ['d', 'e', 'f'] });
      await (await feed.call(1)).answer(null);
      await world.time.advance(1_000);
      assert.deepEqual((await feed.call(2)).values, { 0: ['g'] });
    },
  },
  {
    rule: 'batch window',
    page: 'batching',
    name: 'without a window a record goes at once',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { batchWindowMs: 0 });
      const before = world.time.clock.now();
      await world.write(topic, 0, 'a');
      assert.deepEqual((await feed.call(0)).values, { 0: ['a'] });
      assert.equal(world.time.clock.now(), before);
    },
  },
  {
    rule: 'batch window',
    page: 'batching',
    name: 'with a window, records are gathered from the first one on until the window ends',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { batchWindowMs: 2_000 });
      await world.write(topic, 0, 'a');
      await feed.read(1);
      await world.time.advance(1_000);
      await world.write(topic, 0, 'b');
      await feed.read(2);
      await world.time.advance(999);
      await world.write(topic, 1, 'c');
      await feed.read(3);
      assert.equal(feed.calls.length, 0);
      await world.time.advance(1);
      assert.deepEqual((await feed.call(0)).values, { 0: ['a', 'b'], 1: ['c'] });
    },
  },
  {
    rule: 'batch window',
    page: 'batching',
    name: 'a full batch does not wait for the window',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { batchWindowMs: 300_000, batchSize: 3 });
      const before = world.time.clock.now();
      await world.write(topic, 0, 'a');
      await world.write(topic, 1, 'b', 'c');
      assert.deepEqual((await feed.call(0)).values, { 0: ['a'], 1: ['b', 'c'] });
      assert.equal(world.time.clock.now(), before);
    },
  },
  {
    rule: 'batch window',
    page: 'batching',
    name: 'a record that came during another batch is not kept longer than one window',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { batchWindowMs: 2_000 });
      await world.write(topic, 0, 'a');
      await feed.gather(1);
      const first = await feed.call(0);
      await world.write(topic, 0, 'b');
      await feed.read(2);
      await world.time.advance(1_500);
      await first.answer(null);
      await world.time.advance(499);
      assert.equal(feed.calls.length, 1);
      await world.time.advance(1);
      assert.deepEqual((await feed.call(1)).values, { 0: ['b'] });
    },
  },
  {
    rule: 'batch window',
    page: 'batching',
    name: 'where there is no record there is no invocation, however long',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic);
      await world.time.advance(600_000);
      assert.equal(feed.calls.length, 0);
      await world.write(topic, 0, 'a');
      await feed.gather(1);
      assert.deepEqual((await feed.call(0)).values, { 0: ['a'] });
    },
  },
  {
    rule: 'one batch of a partition at a time',
    page: 'configure',
    name: 'while a batch of a partition is in flight, what comes after it waits',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { batchWindowMs: 0 });
      await world.write(topic, 0, 'a');
      const first = await feed.call(0);
      await world.write(topic, 0, 'b', 'c');
      await feed.read(3);
      await world.time.advance(30_000);
      assert.equal(feed.calls.length, 1);
      await first.answer(null);
      assert.deepEqual((await feed.call(1)).values, { 0: ['b', 'c'] });
    },
  },
  {
    rule: 'partitions run in parallel',
    page: 'scaling',
    name: 'a slow batch of one partition does not hold up another',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { batchWindowMs: 0 });
      await world.write(topic, 0, 'slow');
      const slow = await feed.call(0);
      for (const [index, value] of ['a', 'b', 'c'].entries()) {
        await world.write(topic, 1, value);
        await feed.read(2 + index);
        await world.time.advance(100);
        const quick = await feed.call(1 + index);
        assert.deepEqual(quick.values, { 1: [value] });
        await quick.answer(null);
      }
      await slow.answer(null);
      await world.untilCommitted(feed, 1, 3);
    },
  },
  {
    rule: 'partitions run in parallel',
    page: 'scaling',
    name: 'a partition with more than it gets done does not starve the others',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { batchSize: 2 });
      await world.write(topic, 0, ...'abcdef');
      await world.write(topic, 1, 'x');
      await feed.read(7);
      const batched = Object.keys((await feed.call(0)).values);
      // A broker may give the second partition before the first; then both are in the first batch.
      if (!batched.includes('1')) {
        await world.time.advance(1_000);
        batched.push(...Object.keys((await feed.call(1)).values));
      }
      assert.ok(batched.includes('1'), `the first two batches are of partitions ${batched.join()}`);
    },
  },
];
