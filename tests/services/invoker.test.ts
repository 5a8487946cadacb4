/** The invoker over real Kafka, in real time: what only a broker with groups, sessions and retention does to it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { systemClock } from '#adapters/clock.ts';
import { recordsOf } from '#core/kafka-records.ts';
import { type LogRecord } from '#core/ports.ts';
import { startMapping } from '#local/invoker.ts';
import { keepingLogger } from '#local/memory-log.fixture.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { outgoing, patienceMs, textOf } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { keyTo } from '#tests/esm/world.ts';
import { type KafkaSubject, openKafkaSubject } from './kafka-subject.ts';

/** The least a broker grants by default. */
const sessionTimeoutMs = 6_000;

interface Member {
  /** What the function was given, batch by batch. */
  readonly batches: (readonly LogRecord[])[];
  readonly seen: () => readonly string[];
  stop(): Promise<void>;
}

describe('the invoker over Kafka', () => {
  let kafka: KafkaSubject;
  let another: KafkaSubject;
  let started: Member[] = [];
  const logger = keepingLogger();
  beforeEach(() => {
    kafka = openKafkaSubject({ sessionTimeoutMs, logger });
    another = openKafkaSubject({ sessionTimeoutMs });
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map((member) => member.stop()));
    await Promise.all([kafka.close(), another.close()]);
  });

  const topicOf = async (partitions: number): Promise<string> => {
    const name = unique('invoker');
    await kafka.log.createTopics([{ name, partitions }]);
    return name;
  };
  const write = (topic: string, partition: number, partitions: number, ...values: readonly string[]) =>
    kafka.log.publish(values.map((value) => outgoing(topic, String(keyTo(partition, partitions)), value)));

  async function start(
    place: { readonly from: KafkaSubject; readonly topic: string; readonly group: string },
    handle: (records: readonly LogRecord[]) => Promise<unknown> = async () => undefined,
  ): Promise<Member> {
    const { topic, group } = place;
    const batches: (readonly LogRecord[])[] = [];
    const mapping = startMapping({
      mapping: {
        ...{ topic, group, batchSize: 100, batchWindowMs: 0, maximumRetryAttempts: -1 },
        ...{ maximumRecordAgeSeconds: -1, partialResponses: true, pollers: 'provisioned' },
      },
      consumer: await place.from.log.consumer({ topic, group }),
      functionName: 'function-under-test',
      timeoutMs: 60_000,
      clock: systemClock,
      logger,
      bootstrapServers: kafka.bootstrapServers,
      handler: async (event) => {
        const records = recordsOf(event);
        assert.ok(records.ok);
        batches.push(records.value);
        await handle(records.value);
        return { batchItemFailures: [] };
      },
    });
    const member = { batches, seen: () => batches.flat().map(textOf), stop: () => mapping.stop() };
    started.push(member);
    return member;
  }

  async function untilCommitted(topic: string, group: string, ...expected: readonly number[]): Promise<void> {
    let found: readonly number[] = [];
    await until(
      async () => {
        found = await kafka.committed(topic, group);
        return found.join() === expected.join();
      },
      () => `committed are ${found.join()}, expected ${expected.join()}`,
      patienceMs,
    );
  }

  test('a handler that takes longer than the session keeps its partition, and is called once', async () => {
    const [topic, group] = [await topicOf(1), unique('group')];
    await write(topic, 0, 1, 'slow');
    // The slowness is what is tested: beyond it, a member that sends no heartbeat is dropped.
    const slow = async (records: readonly LogRecord[]) =>
      records.some((record) => textOf(record) === 'slow') &&
      new Promise((resolve) => setTimeout(resolve, sessionTimeoutMs * 1.5));
    const member = await start({ from: kafka, topic, group }, slow);
    await untilCommitted(topic, group, 1);
    const { groups } = await (await kafka.admin()).describeGroups([group]);
    assert.equal(groups[0]?.members.length, 1);
    await write(topic, 0, 1, 'next');
    await untilCommitted(topic, group, 2);
    assert.deepEqual(member.seen(), ['slow', 'next']);
  });

  test('a rebalance in the middle of a batch: what stays is not given again, what goes is done elsewhere, all is committed', async () => {
    const [topic, group] = [await topicOf(4), unique('group')];
    for (const partition of [0, 1, 2, 3]) await write(topic, partition, 4, `a${partition}`, `b${partition}`);
    const gate = Promise.withResolvers<undefined>();
    const first = await start({ from: kafka, topic, group }, () => gate.promise);
    await until(
      () => new Set(first.seen()).size === 8,
      () => `the first member was given ${first.seen().join()}`,
      patienceMs,
    );
    const second = await start({ from: another, topic, group });
    await until(
      () => new Set(second.seen()).size === 4,
      () => `the second member was given ${second.seen().join()}`,
      patienceMs,
    );
    const moved = new Set(second.batches.flat().map(({ partition }) => partition));
    assert.equal(moved.size, 2);
    gate.resolve(undefined);
    await untilCommitted(topic, group, 2, 2, 2, 2);

    for (const partition of [0, 1, 2, 3]) await write(topic, partition, 4, `c${partition}`);
    await untilCommitted(topic, group, 3, 3, 3, 3);
    const stayed = [0, 1, 2, 3].filter((partition) => !moved.has(partition));
    const everywhere = [...first.seen(), ...second.seen()].sort();
    const expected = [
      ...['a', 'b', 'c'].flatMap((letter) => stayed.map((partition) => `${letter}${partition}`)),
      ...['a', 'a', 'b', 'b', 'c'].flatMap((letter) =>
        [...moved].map((partition) => `${letter}${partition}`),
      ),
    ].sort();
    assert.deepEqual(everywhere, expected);
  });

  test('a partition that comes back goes on after what was done meanwhile', async () => {
    const [topic, group] = [await topicOf(2), unique('group')];
    const first = await start({ from: kafka, topic, group });
    const second = await start({ from: another, topic, group });
    for (const partition of [0, 1]) await write(topic, partition, 2, 'a', 'b');
    await untilCommitted(topic, group, 2, 2);
    await second.stop();
    for (const partition of [0, 1]) await write(topic, partition, 2, 'c');
    await untilCommitted(topic, group, 3, 3);
    assert.deepEqual([...first.seen(), ...second.seen()].sort(), ['a', 'a', 'b', 'b', 'c', 'c']);
  });

  test('offsets that an operator set back are read again', async () => {
    const [topic, group] = [await topicOf(1), unique('group')];
    await write(topic, 0, 1, 'a', 'b', 'c');
    const first = await start({ from: kafka, topic, group });
    await untilCommitted(topic, group, 3);
    await first.stop();
    await (
      await kafka.admin()
    ).setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '1' }] });
    const again = await start({ from: kafka, topic, group });
    await untilCommitted(topic, group, 3);
    assert.deepEqual(again.seen(), ['b', 'c']);
  });

  test('a group that lags behind retention goes on at the oldest record there is, and says so', async () => {
    const [topic, group] = [await topicOf(1), unique('group')];
    await write(topic, 0, 1, 'a');
    const first = await start({ from: kafka, topic, group });
    await untilCommitted(topic, group, 1);
    await first.stop();
    await write(topic, 0, 1, 'b', 'c', 'd', 'e');
    await (await kafka.admin()).deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    const again = await start({ from: kafka, topic, group });
    await untilCommitted(topic, group, 5);
    assert.deepEqual(again.seen(), ['d', 'e']);
    const said = logger.lines.filter(({ message }) =>
      message.startsWith('records expired before this group'),
    );
    assert.ok(said.length > 0);
  });
});
