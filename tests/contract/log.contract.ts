/** The contract of `Log`: records, topics and reading without a group. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogRecord, type OutgoingRecord } from '#core/ports.ts';
import { infrastructureProblem, until } from './contract-suite.ts';
import {
  type LogSubject,
  type Subject,
  type TopicWith,
  keyOf,
  logSuite,
  outgoing,
  patienceMs,
  receive,
  textOf,
} from './log-subject.ts';
import { unique } from './samples.ts';

const missing = (topic: string) => infrastructureProblem(/TOPIC_MISSING/, topic, './baton topics create');

export function testLog(name: string, factory: () => Promise<LogSubject>): void {
  logSuite(name, factory, (subject, topicWith) => {
    testRecords(subject, topicWith);
    testTopics(subject, topicWith);
    testRead(subject, topicWith);
  });
}

function testRecords(subject: Subject, topicWith: TopicWith): void {
  test('the records of one key stay in one partition and in order', async () => {
    const { log } = subject();
    const topic = await topicWith(4);
    const sent = Array.from({ length: 60 }, (_, n) => outgoing(topic, `key-${n % 6}`, String(n)));
    await log.publish(sent.slice(0, 30));
    await log.publish(sent.slice(30));
    const consumer = await log.consumer({ topic, group: unique('group') });
    const records = await receive(consumer, sent.length);
    for (let key = 0; key < 6; key += 1) {
      const own = records.filter((record) => keyOf(record) === `key-${key}`);
      assert.deepEqual(
        own.map(textOf),
        sent.filter((_, n) => n % 6 === key).map((one) => one.value.toString()),
      );
      assert.equal(new Set(own.map((record) => record.partition)).size, 1);
    }
    await consumer.close();
  });

  test('offsets begin at 0 and have no gaps', async () => {
    const { log } = subject();
    const topic = await topicWith(3);
    for (let n = 0; n < 3; n += 1)
      await log.publish(Array.from({ length: 10 }, (_, k) => outgoing(topic, `key-${k}`, 'x')));
    const consumer = await log.consumer({ topic, group: unique('group') });
    const records = await receive(consumer, 30);
    for (const partition of [0, 1, 2]) {
      const offsets = records
        .filter((record) => record.partition === partition)
        .map((record) => record.offset);
      assert.deepEqual(offsets, Array.from(offsets.keys()));
    }
    await consumer.close();
  });

  test('a key and its value arrive byte for byte, empty ones included', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    await log.publish([
      { topic, key: 'clé-鍵', value: bytes, headers: [] },
      { topic, key: 'clé-鍵', value: new Uint8Array(), headers: [] },
    ]);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const [first, second] = await receive(consumer, 2);
    assert.deepEqual([first && keyOf(first), first?.topic], ['clé-鍵', topic]);
    assert.deepEqual(Buffer.from(first?.value ?? []), Buffer.from(bytes));
    assert.equal(second?.value?.length, 0);
    assert.ok(Number.isFinite(first?.timestamp));
    await consumer.close();
  });

  test('headers keep their order, their repeats and their bytes', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    const headers: OutgoingRecord['headers'] = [
      ['traceparent', Buffer.from('00-a-b-01')],
      ['repeated', Buffer.from('one')],
      ['binary', Uint8Array.from([0, 255, 10, 128])],
      ['repeated', Buffer.from('two')],
      ['empty', new Uint8Array()],
    ];
    await log.publish([{ topic, key: 'k', value: Buffer.from('v'), headers }]);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const [record] = await receive(consumer, 1);
    const plain = (list: OutgoingRecord['headers']) => list.map(([header, value]) => [header, [...value]]);
    // Kafka's clients group repeated names, so only the order within each name is promised.
    const sorted = (list: OutgoingRecord['headers']) =>
      plain(list).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    assert.deepEqual(sorted(record?.headers ?? []), sorted(headers));
    await consumer.close();
  });

  test('a record without key or value, as other clients write, can be read', async (t) => {
    const { log, append } = subject();
    if (append === undefined) {
      t.skip('this adapter offers no way to write one');
      return;
    }
    const topic = await topicWith(2);
    await append([{ topic, key: null, value: null, headers: [] }]);
    await append([{ topic, key: null, value: Buffer.from('v'), headers: [] }]);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const records = await receive(consumer, 2);
    assert.deepEqual(
      records.map((record) => record.key),
      [null, null],
    );
    assert.deepEqual(records.map((record) => record.value === null).sort(), [false, true]);
    await consumer.close();
  });

  test('records without a key are spread over the partitions', async () => {
    const { log } = subject();
    const topic = await topicWith(2);
    for (let n = 0; n < 20; n += 1) await log.publish([outgoing(topic, '', String(n))]);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const records = await receive(consumer, 20);
    assert.equal(new Set(records.map((record) => record.partition)).size, 2);
    await consumer.close();
  });

  test('a publish of more than a broker takes at once is split, in order', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    const padding = 'x'.repeat(2_000);
    await log.publish(Array.from({ length: 1_500 }, (_, n) => outgoing(topic, 'k', `${n} ${padding}`)));
    await log.publish([]);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const records = await receive(consumer, 1_500);
    assert.deepEqual(
      records.map((record) => Number.parseInt(textOf(record), 10)),
      Array.from(records.keys()),
    );
    await consumer.close();
  });

  test('publishes at the same time lose nothing and keep the order of each', async () => {
    const { log } = subject();
    const topic = await topicWith(2);
    const own = (k: number) => Array.from({ length: 5 }, (_, n) => outgoing(topic, `key-${k}`, String(n)));
    await Promise.all(Array.from({ length: 20 }, (_, k) => log.publish(own(k))));
    const consumer = await log.consumer({ topic, group: unique('group') });
    const records = await receive(consumer, 100);
    for (let k = 0; k < 20; k += 1)
      assert.deepEqual(records.filter((record) => keyOf(record) === `key-${k}`).map(textOf), [
        '0',
        '1',
        '2',
        '3',
        '4',
      ]);
    await consumer.close();
  });
}

function testTopics(subject: Subject, topicWith: TopicWith): void {
  test('an unknown topic is refused with its name and the command, and never created', async () => {
    const { log } = subject();
    const topic = unique('contract.unknown');
    const known = await topicWith(1);
    await assert.rejects(() => log.publish([outgoing(topic, 'a', 'x')]), missing(topic));
    await assert.rejects(() => log.consumer({ topic, group: unique('group') }), missing(topic));
    await assert.rejects(async () => {
      for await (const _record of log.read({ topic, from: 'beginning', follow: false }))
        assert.fail('no record');
    }, missing(topic));
    const names = (await log.topics()).map((one) => one.name);
    assert.deepEqual([names.includes(topic), names.includes(known)], [false, true]);
  });

  test('creating topics again changes neither their partitions nor their records', async () => {
    const { log } = subject();
    const [name, added] = [await topicWith(2), unique('contract.log')];
    await log.publish([outgoing(name, 'a', 'kept')]);
    await log.createTopics([
      { name, partitions: 5 },
      { name: added, partitions: 3 },
    ]);
    const found = (await log.topics()).filter((one) => [name, added].includes(one.name));
    assert.deepEqual(new Map(found.map((one) => [one.name, one.partitions])).get(name), 2);
    assert.deepEqual(new Map(found.map((one) => [one.name, one.partitions])).get(added), 3);
    const consumer = await log.consumer({ topic: name, group: unique('group') });
    assert.deepEqual((await receive(consumer, 1)).map(textOf), ['kept']);
    await consumer.close();
  });
}

function testRead(subject: Subject, topicWith: TopicWith): void {
  test('reading from the beginning gives all partitions in the order of time, and ends', async () => {
    const { log } = subject();
    const topic = await topicWith(3);
    for (let n = 0; n < 12; n += 1) await log.publish([outgoing(topic, `key-${n}`, String(n))]);
    const records: LogRecord[] = [];
    for await (const record of log.read({ topic, from: 'beginning', follow: false })) records.push(record);
    const times = records.map((record) => record.timestamp);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      records
        .map(textOf)
        .map(Number)
        .sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, n) => n),
    );
  });

  test('reading and following needs no group, sees what comes, and ends when aborted', async () => {
    const { log } = subject();
    const topic = await topicWith(2);
    await log.publish([outgoing(topic, 'a', 'before')]);
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const record of log.read({ topic, from: 'beginning', follow: true, signal: stop.signal }))
        seen.push(textOf(record));
    })();
    await until(
      () => seen.length === 1,
      () => 'the first record did not come',
      patienceMs,
    );
    await log.publish([outgoing(topic, 'b', 'after')]);
    await until(
      () => seen.length === 2,
      () => 'the second record did not come',
      patienceMs,
    );
    stop.abort();
    await reading;
    assert.deepEqual(seen, ['before', 'after']);
  });

  test('reading from the end leaves out what was there', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    await log.publish([outgoing(topic, 'a', 'old')]);
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const record of log.read({ topic, from: 'end', follow: true, signal: stop.signal }))
        seen.push(textOf(record));
    })();
    // A reader may take a while to find the end: new records are written until it reports one.
    await until(
      async () => {
        await log.publish([outgoing(topic, 'a', 'new')]);
        return seen.length > 0;
      },
      () => 'no record came',
      patienceMs,
    );
    stop.abort();
    await reading;
    assert.ok(!seen.includes('old'));
  });
}
