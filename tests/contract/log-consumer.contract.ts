/** The contract of `LogConsumer`: groups, offsets and waiting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './contract-suite.ts';
import {
  type LogSubject,
  type Subject,
  type TopicWith,
  commitAll,
  logSuite,
  outgoing,
  patienceMs,
  receive,
  textOf,
} from './log-subject.ts';
import { unique } from './samples.ts';

export function testLogConsumer(name: string, factory: () => Promise<LogSubject>): void {
  logSuite(name, factory, (subject, topicWith) => {
    testGroups(subject, topicWith);
    testWaiting(subject, topicWith);
  });
}

function testGroups(subject: Subject, topicWith: TopicWith): void {
  test('reading moves on: no record is handed out twice by one consumer', async () => {
    const { log } = subject();
    const topic = await topicWith(2);
    const consumer = await log.consumer({ topic, group: unique('group') });
    await log.publish([outgoing(topic, 'a', '1')]);
    assert.deepEqual((await receive(consumer, 1)).map(textOf), ['1']);
    await log.publish([outgoing(topic, 'a', '2')]);
    assert.deepEqual((await receive(consumer, 1)).map(textOf), ['2']);
    await consumer.close();
  });

  test('what was not committed comes again to the next consumer of the group', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    const group = unique('group');
    await log.publish(['1', '2', '3'].map((value) => outgoing(topic, 'a', value)));
    const first = await log.consumer({ topic, group });
    const records = await receive(first, 3);
    await commitAll(first, records.slice(0, 1));
    await first.close();
    const second = await log.consumer({ topic, group });
    assert.deepEqual((await receive(second, 2)).map(textOf), ['2', '3']);
    await second.close();
  });

  test('what was committed stays done, in each partition', async () => {
    const { log } = subject();
    const topic = await topicWith(3);
    const group = unique('group');
    await log.publish(Array.from({ length: 12 }, (_, n) => outgoing(topic, `key-${n}`, String(n))));
    const first = await log.consumer({ topic, group });
    await commitAll(first, await receive(first, 12));
    await first.close();
    const second = await log.consumer({ topic, group });
    await log.publish([outgoing(topic, 'key-1', 'new')]);
    assert.deepEqual((await receive(second, 1)).map(textOf), ['new']);
    await second.close();
  });

  test('groups read a topic independently, each from its beginning', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    await log.publish(['1', '2'].map((value) => outgoing(topic, 'a', value)));
    const one = await log.consumer({ topic, group: unique('group') });
    await commitAll(one, await receive(one, 2));
    const other = await log.consumer({ topic, group: unique('group') });
    assert.deepEqual((await receive(other, 2)).map(textOf), ['1', '2']);
    await one.close();
    await other.close();
  });

  test('a group has its own offsets in each topic', async () => {
    const { log } = subject();
    const [left, right] = [await topicWith(1), await topicWith(1)];
    const group = unique('group');
    await log.publish([outgoing(left, 'a', 'left'), outgoing(right, 'a', 'right')]);
    const first = await log.consumer({ topic: left, group });
    await commitAll(first, await receive(first, 1));
    await first.close();
    const second = await log.consumer({ topic: right, group });
    assert.deepEqual((await receive(second, 1)).map(textOf), ['right']);
    await second.close();
  });
}

function testWaiting(subject: Subject, topicWith: TopicWith): void {
  test('a poll returns at most maxRecords, and the rest later', async () => {
    const { log } = subject();
    const topic = await topicWith(2);
    await log.publish(Array.from({ length: 10 }, (_, n) => outgoing(topic, `key-${n}`, String(n))));
    const consumer = await log.consumer({ topic, group: unique('group') });
    const seen: string[] = [];
    await until(
      async () => {
        const records = await consumer.poll({ maxRecords: 3, maxWaitMs: 200 });
        assert.ok(records.length <= 3);
        seen.push(...records.map(textOf));
        return seen.length >= 10;
      },
      () => `${seen.length} of 10 records came`,
      patienceMs,
    );
    assert.deepEqual(
      seen.map(Number).sort((a, b) => a - b),
      Array.from({ length: 10 }, (_, n) => n),
    );
    await consumer.close();
  });

  test('a poll of an empty topic ends with nothing', async () => {
    const { log } = subject();
    const consumer = await log.consumer({ topic: await topicWith(1), group: unique('group') });
    assert.deepEqual(await consumer.poll({ maxRecords: 10, maxWaitMs: 0 }), []);
    assert.deepEqual(await consumer.poll({ maxRecords: 10, maxWaitMs: 30 }), []);
    await consumer.close();
  });

  test('a waiting poll gets the record that comes meanwhile', async () => {
    const { log } = subject();
    const topic = await topicWith(2);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const waiting = consumer.poll({ maxRecords: 10, maxWaitMs: patienceMs });
    await log.publish([outgoing(topic, 'a', 'came')]);
    assert.deepEqual((await waiting).map(textOf), ['came']);
    await consumer.close();
  });

  test('an aborted poll ends with nothing, and loses nothing', async () => {
    const { log } = subject();
    const topic = await topicWith(1);
    const consumer = await log.consumer({ topic, group: unique('group') });
    const stop = new AbortController();
    const waiting = consumer.poll({ maxRecords: 10, maxWaitMs: patienceMs, signal: stop.signal });
    stop.abort();
    assert.deepEqual(await waiting, []);
    await log.publish([outgoing(topic, 'a', 'kept')]);
    assert.deepEqual(await consumer.poll({ maxRecords: 10, maxWaitMs: patienceMs, signal: stop.signal }), []);
    assert.deepEqual((await receive(consumer, 1)).map(textOf), ['kept']);
    await consumer.close();
  });

  test('closing a consumer ends its waiting poll', async () => {
    const { log } = subject();
    const consumer = await log.consumer({ topic: await topicWith(1), group: unique('group') });
    const waiting = consumer.poll({ maxRecords: 10, maxWaitMs: patienceMs });
    await consumer.close();
    assert.deepEqual(await waiting, []);
  });
}
