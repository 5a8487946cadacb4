/** What an answer says of a batch: all of it done, records to come again, or nothing that can be understood. */
import assert from 'node:assert/strict';
import { type EsmCase } from './esm-case.ts';
import { failed, type Feed } from './feed.ts';
import { type EsmWorld } from './world.ts';

/** Three records on partition 0 and two on partition 1, in one batch. */
async function batchOfFive(
  world: EsmWorld,
  options: Parameters<EsmWorld['feed']>[1] = {},
): Promise<{ readonly topic: string; readonly feed: Feed }> {
  const topic = await world.topicWith(2);
  const feed = await world.feed(topic, options);
  await world.write(topic, 0, 'a', 'b', 'c');
  await world.write(topic, 1, 'd', 'e');
  await feed.gather(5);
  assert.deepEqual((await feed.call(0)).values, { 0: ['a', 'b', 'c'], 1: ['d', 'e'] });
  return { topic, feed };
}

/** Answers, after which the whole batch comes again and nothing of it was committed. */
async function failsWhole(world: EsmWorld, answer: (topic: string) => unknown): Promise<void> {
  const { topic, feed } = await batchOfFive(world);
  const first = await feed.call(0);
  await first.answer(answer(topic));
  assert.deepEqual([...feed.positions], []);
  await world.time.advance(5_000);
  const again = await feed.call(1);
  assert.deepEqual(again.values, first.values);
  await again.answer(null);
  await world.untilCommitted(feed, 3, 2);
}

const success: EsmCase[] = (
  [
    ['nothing at all', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a list of failures that is null', { batchItemFailures: null }],
    ['an empty list of failures', { batchItemFailures: [] }],
  ] as const
).map(([what, answer]) => ({
  rule: 'answers that are success',
  page: 'errors',
  name: `${what} is success of the whole batch`,
  run: async (world) => {
    const { feed } = await batchOfFive(world);
    await (await feed.call(0)).answer(answer);
    await world.untilCommitted(feed, 3, 2);
    await world.time.advance(10_000);
    assert.equal(feed.calls.length, 1);
  },
}));

const item = (itemIdentifier: unknown): unknown => ({ batchItemFailures: [{ itemIdentifier }] });

const unknownIdentifiers: EsmCase[] = (
  [
    ['a partition that was not in the event', (topic) => failed(topic, [7, 0])],
    ['an offset that was not in the event', (topic) => failed(topic, [1, 2])],
    ['another topic', () => failed('another', [0, 0])],
    ['a known record beside an unknown one', (topic) => failed(topic, [0, 1], [0, 99])],
  ] as readonly (readonly [string, (topic: string) => unknown])[]
).map(([what, answer]) => ({
  rule: 'identifiers that are not in the event',
  page: 'errors',
  name: `an answer that names ${what} fails the whole batch`,
  run: (world) => failsWhole(world, answer),
}));

const malformed: EsmCase[] = (
  [
    ['text', () => 'done'],
    ['a list', () => [1]],
    ['a list of failures that is text', () => ({ batchItemFailures: 'all' })],
    ['a failure without identifier', () => ({ batchItemFailures: [{}] })],
    ['an identifier that is null', () => item(null)],
    ['an empty identifier', () => item('')],
    ['the identifier of another kind of source', (topic) => item(`${topic}-0:1`)],
    ['an identifier with a bad key name', (topic) => item({ 'topic-partition': `${topic}-0`, offset: 1 })],
    ['an offset that is text', (topic) => item({ partition: `${topic}-0`, offset: '1' })],
    ['a partition that is a number', () => item({ partition: 0, offset: 1 })],
    ['what has no JSON', () => ({ batchItemFailures: [], count: 1n })],
  ] as readonly (readonly [string, (topic: string) => unknown])[]
).map(([what, answer]) => ({
  rule: 'answers that cannot be understood',
  page: what === 'what has no JSON' ? 'handler' : 'errors',
  name: `an answer that is ${what} fails the whole batch`,
  run: (world) => failsWhole(world, answer),
}));

export const answerCases: readonly EsmCase[] = [
  {
    rule: 'whole batches',
    page: 'configure',
    name: 'without partial responses an answer is not looked at: what does not throw is success',
    run: async (world) => {
      const { topic, feed } = await batchOfFive(world, { partialResponses: false });
      await (await feed.call(0)).answer(failed(topic, [0, 0], [1, 0]));
      await world.untilCommitted(feed, 3, 2);
      await world.time.advance(10_000);
      assert.equal(feed.calls.length, 1);
    },
  },
  {
    rule: 'partial responses',
    page: 'errors',
    name: 'a reported record and every later one of its partition come again; earlier ones and other partitions do not',
    run: async (world) => {
      const { topic, feed } = await batchOfFive(world);
      await (await feed.call(0)).answer(failed(topic, [0, 1]));
      await world.untilCommitted(feed, 1, 2);
      await world.time.advance(5_000);
      const again = await feed.call(1);
      assert.deepEqual(again.values, { 0: ['b', 'c'] });
      await again.answer(null);
      await world.untilCommitted(feed, 3, 2);
    },
  },
  {
    rule: 'partial responses',
    page: 'errors',
    name: 'of several records reported for a partition the first in the log counts, in whatever order they are named',
    run: async (world) => {
      const { topic, feed } = await batchOfFive(world);
      await (await feed.call(0)).answer(failed(topic, [0, 2], [1, 1], [0, 1], [0, 2]));
      await world.untilCommitted(feed, 1, 1);
      await world.time.advance(5_000);
      assert.deepEqual((await feed.call(1)).values, { 0: ['b', 'c'], 1: ['e'] });
    },
  },
  ...success,
  ...unknownIdentifiers,
  ...malformed,
];
