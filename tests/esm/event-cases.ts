/** What the function is given: the event and the context. */
import assert from 'node:assert/strict';
import { recordsOf } from '#core/kafka-records.ts';
import { type KafkaEventRecord } from '#core/lambda-kafka.ts';
import { type EsmCase } from './esm-case.ts';
import { type Call } from './feed.ts';
import { type WrittenRecord } from './subject.ts';
import { type EsmWorld, keyTo } from './world.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** Writes one record to a topic of one partition and gives it as the event has it. */
async function received(world: EsmWorld, record: Omit<WrittenRecord, 'topic'>): Promise<KafkaEventRecord> {
  const topic = await world.topicWith(1);
  const feed = await world.feed(topic);
  await world.subject.append([{ topic, ...record }]);
  await feed.gather(1);
  return onlyRecord(await feed.call(0));
}

const onlyRecord = ({ event }: Call): KafkaEventRecord => {
  const [record, ...others] = Object.values(event.records).flat();
  assert.equal(others.length, 0);
  return record ?? assert.fail('the event has no record');
};

export const eventCases: readonly EsmCase[] = [
  {
    rule: 'shape of the event',
    page: 'kafka',
    name: 'an event of a self-managed cluster names its source and its brokers, and no ARN',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic);
      await world.write(topic, 0, 'a');
      await feed.gather(1);
      const { records, ...source } = (await feed.call(0)).event;
      assert.deepEqual(source, { eventSource: 'SelfManagedKafka', bootstrapServers: 'one:9092,two:9092' });
      assert.deepEqual(Object.keys(records), [`${topic}-0`]);
    },
  },
  {
    rule: 'shape of the event',
    page: 'msk',
    name: 'an event of Amazon MSK names its cluster by ARN, and its brokers',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const eventSourceArn = 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1';
      const feed = await world.feed(topic, { eventSourceArn });
      await world.write(topic, 0, 'a');
      await feed.gather(1);
      const { event } = await feed.call(0);
      assert.deepEqual(Object.keys(event).sort(), [
        'bootstrapServers',
        'eventSource',
        'eventSourceArn',
        'records',
      ]);
      assert.deepEqual([event.eventSource, event.eventSourceArn], ['aws:kafka', eventSourceArn]);
      assert.equal(event.bootstrapServers, 'one:9092,two:9092');
    },
  },
  {
    rule: 'keys of the list of records',
    page: 'msk',
    name: 'records are listed under topic-partition, each naming its own place, whatever hyphens the topic has',
    run: async (world) => {
      const topic = await world.topicWith(12);
      const feed = await world.feed(topic);
      for (const partition of [1, 11]) await world.write(topic, partition, 'a');
      await feed.gather(2);
      const { records } = (await feed.call(0)).event;
      assert.deepEqual(Object.keys(records).sort(), [`${topic}-1`, `${topic}-11`]);
      for (const partition of [1, 11])
        assert.deepEqual(
          records[`${topic}-${partition}`]?.map((record) => [record.topic, record.partition, record.offset]),
          [[topic, partition, 0]],
        );
    },
  },
  {
    rule: 'keys and values are base64',
    page: 'msk',
    name: 'bytes of a key and a value arrive as padded base64, whatever they are',
    run: async (world) => {
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const record = await received(world, { key: bytes, value: bytes, headers: [] });
      const base64 = Buffer.from(bytes).toString('base64');
      assert.deepEqual([record.key, record.value], [base64, base64]);
      assert.match(base64, /==$/);
    },
  },
  {
    rule: 'keys and values are base64',
    page: 'msk',
    name: 'a record without key has none in the event',
    run: async (world) => {
      const record = await received(world, { key: null, value: utf8('a'), headers: [] });
      assert.equal(record.key ?? null, null);
      assert.equal(record.value, 'YQ==');
    },
  },
  {
    rule: 'keys and values are base64',
    page: 'msk',
    name: 'a tombstone has no value, and an empty value is not a tombstone',
    run: async (world) => {
      const tombstone = await received(world, { key: utf8('k'), value: null, headers: [] });
      assert.deepEqual([tombstone.key, tombstone.value ?? null], ['aw==', null]);
      const empty = await received(world, { key: utf8('k'), value: new Uint8Array(0), headers: [] });
      assert.equal(empty.value, '');
    },
  },
  {
    rule: 'headers',
    page: 'msk',
    name: 'each header is an object of its own with one list of bytes; names repeat, in order',
    run: async (world) => {
      const headers = [
        ['traceparent', utf8('00-a')],
        ['tag', utf8('one')],
        ['tag', utf8('two')],
        ['empty', new Uint8Array(0)],
      ] as const;
      const record = await received(world, { key: null, value: null, headers });
      assert.deepEqual(
        record.headers,
        headers.map(([name, bytes]) => ({ [name]: [...bytes] })),
      );
    },
  },
  {
    rule: 'headers',
    page: 'msk',
    name: 'bytes of a header above 127 are signed, and mean what was written',
    run: async (world) => {
      const bytes = Uint8Array.of(0, 127, 128, 255);
      const record = await received(world, { key: null, value: null, headers: [['h', bytes]] });
      const [header] = record.headers ?? [];
      assert.deepEqual(header, { h: [0, 127, -128, -1] });
      assert.deepEqual(
        Uint8Array.from(header['h'] ?? [], (byte) => byte & 0xff),
        bytes,
      );
    },
  },
  {
    rule: 'timestamps',
    page: 'msk',
    name: 'a timestamp is in milliseconds and says whether the producer or the broker gave it',
    run: async (world) => {
      const before = world.time.clock.now();
      const record = await received(world, { key: null, value: null, headers: [] });
      assert.equal(record.timestampType, world.subject.timestampType);
      // A broker of its own has a clock of its own; both count milliseconds since 1970.
      assert.ok(Math.abs(record.timestamp - before) < 60_000, `${record.timestamp} is about ${before}`);
    },
  },
  {
    rule: 'shape of the event',
    page: 'msk',
    name: 'handlers read back from the JSON of the event exactly what was written',
    run: async (world) => {
      const topic = await world.topicWith(3);
      const feed = await world.feed(topic);
      const written = [0, 1, 2].map((partition): WrittenRecord => ({
        topic,
        key: keyTo(partition, 3),
        value: partition === 1 ? null : utf8(`value ${partition}`),
        headers: [['h', Uint8Array.of(partition, 200)]],
      }));
      await world.subject.append(written);
      await feed.gather(3);
      const read = recordsOf(JSON.parse(JSON.stringify((await feed.call(0)).event)));
      assert.ok(read.ok);
      const plain = ({ topic: name, key, value, headers }: WrittenRecord): unknown => [
        ...[name, Buffer.from(key ?? []).toString(), value === null ? null : Buffer.from(value).toString()],
        headers.map(([header, bytes]) => [header, [...bytes]]),
      ];
      assert.deepEqual(
        read.value.toSorted((a, b) => a.partition - b.partition).map(plain),
        written.map(plain),
      );
    },
  },
  {
    rule: 'an invocation has an event and a context of its own',
    page: 'context',
    name: 'the context names function and request, and its remaining time runs down to nothing',
    run: async (world) => {
      const topic = await world.topicWith(2);
      const feed = await world.feed(topic, { batchWindowMs: 0, timeoutMs: 30_000 });
      await world.write(topic, 0, 'a');
      const { context } = await feed.call(0);
      assert.equal(context.functionName, 'function-under-test');
      assert.equal(context.getRemainingTimeInMillis(), 30_000);
      await world.time.advance(29_000);
      assert.equal(context.getRemainingTimeInMillis(), 1_000);
      await world.time.advance(29_000);
      assert.equal(context.getRemainingTimeInMillis(), 0);
      const again = await feed.call(1);
      assert.notEqual(again.context.awsRequestId, context.awsRequestId);
    },
  },
  {
    rule: 'an invocation has an event and a context of its own',
    page: 'handler',
    name: 'what a function does to its event does not show in the next one',
    run: async (world) => {
      const topic = await world.topicWith(1);
      const feed = await world.feed(topic, { batchWindowMs: 0 });
      await world.write(topic, 0, 'a');
      const call = await feed.call(0);
      const before = JSON.stringify(call.event);
      for (const list of Object.values(call.event.records)) (list as KafkaEventRecord[]).length = 0;
      Object.assign(call.event, { records: {} });
      await call.fail(new Error('bug'));
      await world.time.advance(100);
      assert.equal(JSON.stringify((await feed.call(1)).event), before);
    },
  },
];
