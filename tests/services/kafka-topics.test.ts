/** Topics that are there already, brought to what is wanted, on the real broker. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { infrastructureProblem } from '#tests/contract/contract-suite.ts';
import { outgoing } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { type KafkaSubject, openKafkaSubject } from './kafka-subject.ts';

const day = 24 * 60 * 60 * 1000;

describe('topics on Kafka', () => {
  let kafka: KafkaSubject;
  let name: string;
  beforeEach(async () => {
    kafka = openKafkaSubject();
    name = unique('topic');
    // As somebody else would have made it, with a setting of which Baton knows nothing.
    const configEntries = [
      { name: 'retention.ms', value: String(day) },
      { name: 'segment.bytes', value: '1048576' },
    ];
    const topics = [{ topic: name, numPartitions: 2, configEntries }];
    await (await kafka.admin()).createTopics({ topics, waitForLeaders: true });
  });
  afterEach(() => kafka.close());

  const wanted = (more: object = {}) => ({ name, partitions: 2, retentionMs: 7 * day, maxMessageBytes: 2_097_152, ...more }); // prettier-ignore
  const partitions = async () => (await kafka.log.topics()).find((topic) => topic.name === name)?.partitions;
  /** Those of the topic itself. */
  const settings = async (): Promise<Record<string, string>> => {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }];
    const found = await (await kafka.admin()).describeConfigs({ includeSynonyms: false, resources });
    const own = (found.resources[0]?.configEntries ?? []).filter(
      ({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG,
    );
    return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
  };
  const brought = {
    'compression.type': 'uncompressed',
    'max.message.bytes': '2097152',
    'message.timestamp.type': 'LogAppendTime',
    'retention.ms': String(7 * day),
    'segment.bytes': '1048576',
  };

  test('get the settings that are wanted, and keep those that others set', async () => {
    await kafka.bringTopics([wanted()]);
    assert.deepEqual(await settings(), brought);
    await kafka.bringTopics([wanted({ retentionMs: 3 * day })]);
    assert.deepEqual(await settings(), { ...brought, 'retention.ms': String(3 * day) });
    assert.equal(await partitions(), 2);
  });

  test('get more partitions, which take records at once, and may be brought there again', async () => {
    await kafka.bringTopics([wanted({ partitions: 5 })]);
    assert.equal(await partitions(), 5);
    await kafka.log.publish(Array.from({ length: 50 }, (_, n) => outgoing(name, `key-${n}`, `${n}`)));
    await kafka.bringTopics([wanted({ partitions: 5 })]);
    assert.equal(await partitions(), 5);
    assert.deepEqual(await settings(), brought);
  });

  test('are left alone, and it is said, where fewer partitions are wanted: Kafka takes none away', async () => {
    const before = await settings();
    await assert.rejects(
      kafka.bringTopics([wanted({ partitions: 1 })]),
      infrastructureProblem(/TOPIC_PARTITIONS/, name, '2 partitions, wanted 1'),
    );
    assert.deepEqual([await settings(), await partitions()], [before, 2]);
  });

  test('are created beside those that are there', async () => {
    const other = unique('topic');
    await kafka.bringTopics([wanted({ partitions: 3 }), wanted({ name: other, partitions: 4 })]);
    assert.equal(await partitions(), 3);
    assert.equal((await kafka.log.topics()).find((topic) => topic.name === other)?.partitions, 4);
  });

  test('are changed by nobody who only creates what is missing', async () => {
    const before = await settings();
    await kafka.log.createTopics([wanted({ partitions: 5 })]);
    assert.deepEqual([await settings(), await partitions()], [before, 2]);
  });
});
