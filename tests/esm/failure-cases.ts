/** What becomes of batches whose invocation fails, and when a record is given up. */
import assert from 'node:assert/strict';
import { type AgentManifest } from '#core/agent/contract.ts';
import { groups } from '#core/event-catalog.ts';
import { type MappingSpec, topologyOf } from '#infra/topology.ts';
import { manifests } from '#agents/manifests.ts';
import { type EsmCase } from './esm-case.ts';
import { type Feed } from './feed.ts';
import { type EsmWorld } from './world.ts';

const bug = (): Error => new Error('bug');

/** The retries and the record age of a mapping as it is shipped, found by its group. */
function shipped(group: string): Pick<MappingSpec, 'maximumRetryAttempts' | 'maximumRecordAgeSeconds'> {
  const mappings = topologyOf(manifests).functions.flatMap((spec) => spec.mappings);
  const found = mappings.find((mapping) => mapping.group === group) ?? assert.fail(`no mapping of ${group}`);
  const { maximumRetryAttempts, maximumRecordAgeSeconds } = found;
  return { maximumRetryAttempts, maximumRecordAgeSeconds };
}
const [agent]: readonly AgentManifest[] = manifests.filter((manifest) => manifest.transport === 'kafka');
const ofAgents = () => shipped(groups.agent(agent?.name ?? assert.fail('no agent is fed by Kafka')));

/** Fails that many invocations from `first` on, each as soon as it is made. */
async function failFrom(world: EsmWorld, feed: Feed, first: number, count: number): Promise<void> {
  for (let index = first; index < first + count; index += 1) {
    await (await feed.call(index)).fail(bug());
    await world.time.advance(5_000);
  }
}

const dropped = (feed: Feed): readonly unknown[] =>
  feed.lines
    .filter((line) => line.message === 'record dropped')
    .map((line) => [line.level, line.fields['partition'], line.fields['offset'], line.fields['reason']]);

export const failureCases: readonly EsmCase[] = [
  ...[true, false].map((partialResponses): EsmCase => ({
    rule: 'errors of the function',
    page: 'configure',
    name: `an invocation that throws brings its whole batch again, undivided, ${partialResponses ? 'with' : 'without'} partial responses`,
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { partialResponses });
      await world.write(topic, 0, 'a', 'b');
      await world.write(topic, 1, 'c');
      await feed.gather(3);
      await (await feed.call(0)).fail(bug());
      assert.deepEqual([...feed.positions], []);
      await world.time.advance(5_000);
      const again = await feed.call(1);
      assert.deepEqual(again.values, { 0: ['a', 'b'], 1: ['c'] });
      await again.answer(null);
      await world.untilCommitted(feed, 2, 1);
    },
  })),
  {
    rule: 'errors of the function',
    page: 'configure',
    name: 'a partition that fails does not hold up the others',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { batchWindowMs: 0 });
      await world.write(topic, 0, 'a');
      await (await feed.call(0)).fail(bug());
      await world.write(topic, 1, 'b');
      await (await feed.call(1)).answer(null);
      await world.untilCommitted(feed, 0, 1);
      assert.deepEqual((await feed.call(1)).values, { 1: ['b'] });
      await world.time.advance(5_000);
      assert.deepEqual((await feed.call(2)).values, { 0: ['a'] });
    },
  },
  {
    rule: 'MaximumRetryAttempts',
    page: 'errors',
    name: "with -1, as the orchestrator's mappings have it, a record comes again however often it failed and however old it is",
    run: async (world) => {
      for (const group of [groups.request, groups.command, groups.response])
        assert.deepEqual(shipped(group), { maximumRetryAttempts: -1, maximumRecordAgeSeconds: -1 });
      const topic = await world.topicWith(1);
      await world.write(topic, 0, 'a');
      await world.time.advance(30 * 24 * 60 * 60 * 1000);
      const feed = await world.feed(topic, { ...shipped(groups.request), batchWindowMs: 0 });
      await failFrom(world, feed, 0, 150);
      assert.deepEqual((await feed.call(150)).values, { 0: ['a'] });
      assert.deepEqual([...feed.positions], []);
      assert.deepEqual(dropped(feed), []);
    },
  },
  {
    rule: 'MaximumRetryAttempts',
    page: 'errors',
    name: "a record that failed once more than the retries allow, as agents' mappings have them, is given up: said in the log and committed past",
    run: async (world) => {
      const { maximumRetryAttempts } = ofAgents();
      assert.ok(maximumRetryAttempts > 0);
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { ...ofAgents(), batchWindowMs: 0 });
      await world.write(topic, 0, 'a');
      await failFrom(world, feed, 0, maximumRetryAttempts);
      await feed.call(maximumRetryAttempts);
      assert.deepEqual([...feed.positions], []);
      await (await feed.call(maximumRetryAttempts)).fail(bug());
      await world.untilCommitted(feed, 1);
      assert.deepEqual(dropped(feed), [['error', 0, 0, 'retries exhausted']]);
      await world.time.advance(60_000);
      assert.equal(feed.calls.length, 1 + maximumRetryAttempts, 'the first invocation is not a retry');
    },
  },
  {
    rule: 'MaximumRetryAttempts',
    page: 'errors',
    name: 'a record that comes after one that was given up has retries of its own',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { maximumRetryAttempts: 1, batchWindowMs: 0 });
      await world.write(topic, 0, 'a');
      await failFrom(world, feed, 0, 1);
      const retry = await feed.call(1);
      await world.write(topic, 0, 'b');
      await feed.read(2);
      await retry.fail(bug());
      assert.deepEqual((await feed.call(2)).values, { 0: ['b'] });
      await (await feed.call(2)).fail(bug());
      await world.time.advance(5_000);
      await (await feed.call(3)).answer(null);
      await world.untilCommitted(feed, 2);
      assert.deepEqual(dropped(feed), [['error', 0, 0, 'retries exhausted']]);
    },
  },
  {
    rule: 'MaximumRecordAgeInSeconds',
    page: 'errors',
    name: 'a failed record that has grown too old is given up instead of coming again; a younger one goes on',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, {
        maximumRecordAgeSeconds: 60,
        batchWindowMs: 0,
        timeoutMs: 300_000,
      });
      await world.write(topic, 0, 'a');
      const call = await feed.call(0);
      await world.time.advance(120_000);
      await call.fail(bug());
      await world.untilCommitted(feed, 1, 0);
      assert.deepEqual(dropped(feed), [['error', 0, 0, 'too old']]);
      await world.time.advance(5_000);
      assert.equal(feed.calls.length, 1);
    },
  },
  {
    rule: 'MaximumRecordAgeInSeconds',
    page: 'errors',
    name: 'a record that is too old when it is read is never handed to the function',
    run: async (world) => {
      const topic = await world.topicWith(1);
      await world.write(topic, 0, 'a', 'b');
      await world.time.advance(24 * 60 * 60 * 1000 + 60_000);
      const feed = await world.feed(topic, { ...ofAgents(), batchWindowMs: 0 });
      await world.untilCommitted(feed, 2);
      assert.equal(feed.calls.length, 0);
      assert.deepEqual(dropped(feed), [['error', 0, 0, 'too old'], ['error', 0, 1, 'too old']]); // prettier-ignore
    },
  },
  {
    rule: 'function timeout',
    page: 'timeout',
    name: 'an invocation past its timeout has failed by that name, and its batch comes again; what it answers later is not heard',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { batchWindowMs: 0, timeoutMs: 3_000 });
      await world.write(topic, 0, 'a');
      const late = await feed.call(0);
      await world.time.advance(2_999);
      assert.equal(feed.lines.length, 0);
      await world.time.advance(1);
      const [line] = feed.lines;
      assert.deepEqual(
        [line?.level, line?.fields['error'], line?.fields['timeoutMs'], line?.fields['function']],
        ['error', 'Sandbox.Timedout', 3_000, 'function-under-test'],
      );
      await late.answer(null);
      assert.deepEqual([...feed.positions], []);
      await world.time.advance(1_000);
      const again = await feed.call(1);
      assert.deepEqual(again.values, { 0: ['a'] });
      await again.answer(null);
      await world.untilCommitted(feed, 1);
      assert.equal(feed.calls.length, 2);
    },
  },
];
