/** What a Kafka client may get wrong, on the real broker. */
import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { beforeEach, afterEach, describe, test } from 'node:test';
import kafkajs, { CompressionTypes } from 'kafkajs';
import { createClient } from '#adapters/kafka/client.ts';
import { type LogRecord } from '#core/ports.ts';
import { infrastructureProblem } from '#tests/contract/contract-suite.ts';
import { commitAll, outgoing, receive, textOf } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { type KafkaSubject, openKafkaSubject, openTestKafka, optionsOf } from './kafka-subject.ts';

describe('the client of Kafka', () => {
  let kafka: KafkaSubject;
  beforeEach(() => {
    kafka = openKafkaSubject();
  });
  afterEach(() => kafka.close());

  const topicOf = async (partitions: number): Promise<string> => {
    const name = unique('client');
    await kafka.log.createTopics([{ name, partitions }]);
    return name;
  };

  test('an idle producer and an idle consumer hardly wake up, and warn of nothing', async () => {
    const topic = await topicOf(1);
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', warned);
    const consumer = await kafka.log.consumer({ topic, group: unique('group') });
    await kafka.log.publish([outgoing(topic, 'k', 'v')]);
    await receive(consumer, 1);
    let timers = 0;
    const hook = createHook({ init: (_id, type) => void (timers += type === 'Timeout' ? 1 : 0) }).enable();
    assert.deepEqual(await consumer.poll({ maxRecords: 1, maxWaitMs: 2_000 }), []);
    hook.disable();
    process.off('warning', warned);
    // Four fetches and two heartbeats; left as it is, kafkajs sets more than a thousand.
    assert.ok(timers < 50, `${timers} timers were set while nothing happened`);
    assert.deepEqual(warnings, []);
    await consumer.close();
  });

  test('topics are created with the time of the broker, nothing compressed, and the limits that are given', async () => {
    const name = unique('client');
    const log = openTestKafka();
    const wanted = { name, partitions: 3, retentionMs: 3_600_000, maxMessageBytes: 2_097_152 };
    await log.log.createTopics([wanted, wanted]);
    await log.close();
    const admin = await kafka.admin();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
    });
    const configs = new Map(resources[0]?.configEntries.map((one) => [one.configName, one.configValue]));
    assert.deepEqual(
      ['message.timestamp.type', 'compression.type', 'retention.ms', 'max.message.bytes'].map((entry) =>
        configs.get(entry),
      ),
      ['LogAppendTime', 'uncompressed', '3600000', '2097152'],
    );
  });

  test('a record says whether its producer or the broker gave its time', async () => {
    const [stamped, own] = [await topicOf(1), unique('client')];
    await (
      await kafka.admin()
    ).createTopics({ topics: [{ topic: own, numPartitions: 1 }], waitForLeaders: true });
    const types: (string | undefined)[] = [];
    for (const topic of [stamped, own]) {
      await kafka.log.publish([outgoing(topic, 'k', 'v')]);
      for await (const record of kafka.log.read({ topic, from: 'beginning', follow: false }))
        types.push(record.timestampType);
    }
    assert.deepEqual(types, [undefined, 'CREATE_TIME']);
  });

  test('reading for people leaves no group behind', async () => {
    const topic = await topicOf(2);
    await kafka.log.publish([outgoing(topic, 'k', 'v')]);
    const seen: LogRecord[] = [];
    for await (const record of kafka.log.read({ topic, from: 'beginning', follow: false })) seen.push(record);
    assert.deepEqual(seen.map(textOf), ['v']);
    const { groups } = await (await kafka.admin()).listGroups();
    assert.deepEqual(
      groups.filter(({ groupId }) => groupId.startsWith('baton-never')),
      [],
    );
  });

  test('a record too large for its topic fails its own publish and no other', async () => {
    const topic = unique('client');
    const admin = await kafka.admin();
    const configEntries = [{ name: 'max.message.bytes', value: '10000' }];
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
    const results = await Promise.allSettled([
      kafka.log.publish([outgoing(topic, 'k', 'first')]),
      kafka.log.publish([outgoing(topic, 'k', 'before')]),
      kafka.log.publish([outgoing(topic, 'k', 'x'.repeat(20_000))]),
      kafka.log.publish([outgoing(topic, 'k', 'after')]),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    const tooLarge = infrastructureProblem(/PAYLOAD_TOO_LARGE/, topic, 'max.message.bytes');
    assert.ok(results[2].status === 'rejected' && tooLarge(results[2].reason));
    // Together they are more than the topic takes at once.
    const many = Array.from({ length: 20 }, (_, n) => outgoing(topic, 'k', `${n}`.padEnd(2_000)));
    await kafka.log.publish(many);
    const consumer = await kafka.log.consumer({ topic, group: unique('group') });
    const texts = (await receive(consumer, 23)).map(textOf).map((text) => text.trim());
    assert.deepEqual(texts, ['first', 'before', 'after', ...many.map((_, n) => `${n}`)]);
    await consumer.close();
  });

  test('what others compress with gzip or zstd is read, also from topics of others', async () => {
    const theirs = unique('client');
    await (await kafka.admin()).createTopics({ topics: [{ topic: theirs }], waitForLeaders: true });
    const producer = createClient(optionsOf()).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    for (const topic of [theirs, await topicOf(1)]) {
      for (const compression of [CompressionTypes.GZIP, CompressionTypes.ZSTD])
        await producer.send({ topic, compression, messages: [{ value: `packed ${compression}` }] });
      const consumer = await kafka.log.consumer({ topic, group: unique('group') });
      assert.deepEqual((await receive(consumer, 2)).map(textOf).sort(), ['packed 1', 'packed 4']);
      await consumer.close();
    }
    await producer.disconnect();
  });

  test('a reader far behind reads ahead no more than a bound, stays a member, and gets everything in order', async () => {
    const topic = await topicOf(1);
    const total = 12_000;
    await kafka.log.publish(
      Array.from({ length: total }, (_, n) => outgoing(topic, 'k', `${n}`.padEnd(400))),
    );
    const consumer = await kafka.log.consumer({ topic, group: unique('group') });
    const texts: string[] = [];
    for (let polls = 0; texts.length < total && polls < 1_000; polls += 1)
      texts.push(...(await consumer.poll({ maxRecords: 100, maxWaitMs: 1_000 })).map(textOf));
    assert.deepEqual(
      texts.map(Number),
      Array.from({ length: total }, (_, n) => n),
    );
    await consumer.close();
  });

  test('members share the partitions, and one that leaves hands over what it did not commit', async () => {
    const topic = await topicOf(4);
    const group = unique('group');
    const [one, other] = [
      await kafka.log.consumer({ topic, group }),
      await kafka.log.consumer({ topic, group }),
    ];
    await kafka.log.publish(Array.from({ length: 40 }, (_, n) => outgoing(topic, `key-${n}`, `${n}`)));
    const gotten: LogRecord[][] = [[], []];
    const deadline = performance.now() + 30_000;
    while (gotten.flat().length < 40 && performance.now() < deadline)
      for (const [index, consumer] of [one, other].entries())
        gotten[index]?.push(...(await consumer.poll({ maxRecords: 100, maxWaitMs: 100 })));
    const [mine = [], theirs = []] = gotten;
    assert.equal(new Set([...mine, ...theirs].map(textOf)).size, 40);
    const partitionsOf = (records: readonly LogRecord[]) =>
      new Set(records.map(({ partition }) => partition));
    assert.equal(partitionsOf(mine).intersection(partitionsOf(theirs)).size, 0);
    assert.ok(mine.length > 0 && theirs.length > 0);

    await commitAll(one, mine);
    await other.close();
    assert.deepEqual((await receive(one, theirs.length)).map(textOf).sort(), theirs.map(textOf).sort());
    await one.close();
  });
});
