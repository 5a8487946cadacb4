/** What is committed, where a mapping begins, and whom a group belongs to. */
import assert from 'node:assert/strict';
import { settled } from '#local/memory-log.fixture.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { patienceMs } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { type EsmCase } from './esm-case.ts';
import { type Call, failed, type Feed } from './feed.ts';

/** Numbers from 0 to 1 that look random and are the same each time. */
function chances(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647) / 2_147_483_647;
}

/**
 * A function that succeeds, fails, answers in part and answers nonsense, and checks what it is given: each partition's
 * batch begins where the last one ended, in order, and no partition is in two batches at once.
 */
function hostileFunction(topic: string, chance: () => number) {
  const done = new Map<number, number>();
  const busy = new Set<number>();
  const problems: string[] = [];
  const handle = async ({ event }: Call): Promise<unknown> => {
    const lists = Object.values(event.records);
    for (const list of lists) {
      const partition = list[0]?.partition ?? -1;
      const expected = list.map((_, index) => (done.get(partition) ?? 0) + index);
      const offsets = list.map((record) => record.offset);
      if (offsets.join() !== expected.join())
        problems.push(`${partition}: ${offsets.join()}, not ${expected.join()}`);
      if (busy.has(partition)) problems.push(`${partition} is in two batches`);
      busy.add(partition);
    }
    await settled();
    for (const list of lists) busy.delete(list[0]?.partition ?? -1);
    const kind = chance();
    if (kind < 0.2) throw new Error('chance');
    if (kind < 0.3) return failed(topic, [0, 999]);
    const named = lists.flatMap((list) => {
      const first = kind < 0.7 ? list[Math.floor(chance() * (list.length + 1))] : undefined;
      const end = first?.offset ?? (list.at(-1)?.offset ?? 0) + 1;
      done.set(list[0]?.partition ?? -1, end);
      return first === undefined ? [] : [[first.partition, first.offset] as const];
    });
    return failed(topic, ...named);
  };
  return { handle, done, problems };
}

async function takesAll(feed: Feed, values: Readonly<Record<number, readonly string[]>>): Promise<void> {
  const count = Object.values(values).flat().length;
  await feed.gather(count);
  const call = await feed.call(0);
  assert.deepEqual(call.values, values);
  await call.answer(null);
}

export const offsetCases: readonly EsmCase[] = [
  {
    rule: 'offsets are committed after the batch',
    page: 'configure',
    name: 'nothing of a batch is committed before its function has answered, all of it after',
    run: async (world) => {
      const topic = await world.topicWith(3);
      const feed = await world.feed(topic);
      await world.write(topic, 0, 'a', 'b');
      await world.write(topic, 2, 'c');
      await feed.gather(3);
      const call = await feed.call(0);
      await world.time.advance(30_000);
      assert.deepEqual([...feed.positions], []);
      assert.deepEqual(await world.subject.committed(topic, feed.group), [0, 0, 0]);
      await call.answer(null);
      await world.untilCommitted(feed, 2, 0, 1);
    },
  },
  {
    rule: 'at least once, in order',
    page: 'batching',
    name: 'whatever a function does, no record is skipped, overtaken or committed before it is done',
    run: async (world) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const topic = await world.topicWith(3);
        const { handle, done, problems } = hostileFunction(topic, chances(seed));
        const feed = await world.feed(topic, { batchSize: 7, batchWindowMs: 0, respond: handle });
        for (const round of ['a', 'b'])
          for (const partition of [0, 1, 2])
            await world.write(
              topic,
              partition,
              ...Array.from({ length: 15 }, (_, index) => `${round}${index}`),
            );
        await until(
          async () => {
            await world.time.advance(100);
            for (const [partition, position] of feed.positions)
              if (position > (done.get(partition) ?? 0))
                problems.push(`${partition} committed to ${position}`);
            return (
              [0, 1, 2].every((partition) => feed.positions.get(partition) === 30) || problems.length > 0
            );
          },
          () =>
            `seed ${seed} came to ${JSON.stringify([...feed.positions])} after ${feed.calls.length} invocations`,
          patienceMs,
        );
        assert.deepEqual(problems, [], `seed ${seed}`);
        assert.ok(feed.calls.length > 20, `${feed.calls.length} invocations are few for this`);
        await world.untilCommitted(feed, 30, 30, 30);
        await feed.stop();
      }
    },
  },
  {
    rule: 'starting position TRIM_HORIZON',
    page: 'positions',
    name: 'a new group begins with the oldest record there is',
    run: async (world) => {
      const topic = await world.topicWith(2);
      await world.write(topic, 0, 'a', 'b');
      await world.write(topic, 1, 'c');
      await takesAll(await world.feed(topic), { 0: ['a', 'b'], 1: ['c'] });
    },
  },
  {
    rule: "an existing group's offsets win",
    page: 'groups',
    name: 'a mapping of a group that has offsets goes on behind them, in each partition',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const group = unique('group');
      await world.write(topic, 0, 'a', 'b');
      await world.write(topic, 1, 'c');
      const first = await world.feed(topic, { group });
      await takesAll(first, { 0: ['a', 'b'], 1: ['c'] });
      await world.untilCommitted(first, 2, 1);
      await first.stop();
      await world.write(topic, 0, 'd');
      await takesAll(await world.feed(topic, { group }), { 0: ['d'] });
    },
  },
  {
    rule: 'a group for each mapping',
    page: 'groups',
    name: 'mappings of two groups each get every record, and commit each their own',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const [one, other] = [await world.feed(topic), await world.feed(topic)];
      await world.write(topic, 0, 'a', 'b');
      await Promise.all([one.read(2), other.read(2)]);
      await world.time.advance(1_000);
      assert.deepEqual((await one.call(0)).values, { 0: ['a', 'b'] });
      assert.deepEqual((await other.call(0)).values, { 0: ['a', 'b'] });
      await (await one.call(0)).answer(null);
      await world.untilCommitted(one, 2);
      await world.untilCommitted(other, 0);
      await (await other.call(0)).answer(null);
      await world.untilCommitted(other, 2);
    },
  },
  {
    rule: 'at least once, in order',
    page: 'batching',
    name: 'a batch in flight when its mapping ends comes again to the next one',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const group = unique('group');
      const first = await world.feed(topic, { group });
      await world.write(topic, 0, 'a', 'b');
      await first.gather(2);
      const lost = await first.call(0);
      await first.stop();
      await lost.answer(null);
      assert.deepEqual([...first.positions], []);
      const second = await world.feed(topic, { group });
      await takesAll(second, { 0: ['a', 'b'] });
      await world.untilCommitted(second, 2);
    },
  },
];
