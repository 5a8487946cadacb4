/**
 * The rules of an event source mapping, one by one. Pages: AWS Lambda Developer Guide,
 * [batching] invocation-eventsourcemapping "Batching behavior"; [kafka] with-msk / with-kafka "Event structure";
 * [errors] kafka-retry-configurations "Configuring error handling controls for Kafka event sources";
 * [context] nodejs-context.
 */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { start, stopAll, topic } from './mapping.fixture.ts';
import { settled } from './memory-log.fixture.ts';

afterEach(stopAll);

describe('what the function is given', () => {
  it('is a Kafka event with a list for each partition, order kept within it [kafka]', async () => {
    const { consumer, call } = start();
    consumer.push(1, 'a', 'b');
    consumer.push(0, 'c');
    await settled();
    // The consumer here hands out what is there in one poll, in the order it came.
    const { event } = call(0);
    assert.equal(event.eventSource, 'SelfManagedKafka');
    assert.equal(event.bootstrapServers, 'one:9092,two:9092');
    assert.deepEqual(
      Object.entries(event.records).map(([place, list]) => [place, list.map((record) => record.offset)]),
      [
        [`${topic}-1`, [0, 1]],
        [`${topic}-0`, [0]],
      ],
    );
    const record = event.records[`${topic}-0`]?.[0];
    assert.deepEqual(record && { ...record, timestamp: 0 }, {
      topic,
      partition: 0,
      offset: 0,
      timestamp: 0,
      timestampType: 'LOG_APPEND_TIME',
      key: null,
      value: Buffer.from('c').toString('base64'),
      headers: [],
    });
  });

  it('is a context whose remaining time runs down from the timeout to nothing [context]', async () => {
    const { consumer, time, call } = start();
    consumer.push(0, 'a');
    await settled();
    const { context } = call(0);
    assert.equal(context.functionName, 'agent-a-b');
    assert.match(context.awsRequestId, /^[0-9a-f-]{36}$/);
    assert.equal(context.getRemainingTimeInMillis(), 60_000);
    await time.advance(59_000);
    assert.equal(context.getRemainingTimeInMillis(), 1_000);
    await time.advance(59_000);
    assert.equal(context.getRemainingTimeInMillis(), 0);
  });
});

describe('how batches are formed', () => {
  it('cuts a batch at batchSize [batching]', async () => {
    const { consumer, calls, call } = start({ batchSize: 2 });
    consumer.push(0, 'a', 'b', 'c');
    await settled();
    assert.deepEqual(call(0).values, ['0:a', '0:b']);
    assert.equal(calls.length, 1);
    await call(0).answer(null);
    assert.deepEqual(call(1).values, ['0:c']);
  });

  it('cuts a batch at 6 MB of event JSON, base64 counted, and sends a larger record alone [batching]', async () => {
    const { consumer, call } = start();
    const megabytes = (count: number) => new Uint8Array(count * 1024 * 1024);
    consumer.push(0, megabytes(2), megabytes(2), megabytes(5), 'last');
    await settled();
    const sizes = (index: number) =>
      Object.values(call(index).event.records).flatMap((list) => list.map((record) => record.value?.length));
    // 2 MiB are 2.67 MiB of base64: two of them fit, and not a third of any size near that.
    assert.deepEqual(sizes(0), [2796204, 2796204]);
    assert.ok(JSON.stringify(call(0).event).length < 6 * 1024 * 1024);
    await call(0).answer(null);
    assert.deepEqual(sizes(1), [6990508]);
    await call(1).answer(null);
    assert.deepEqual(call(2).values, ['0:last']);
  });

  it('never lets a full batch pass 6 MB of JSON with its surroundings', async () => {
    const { consumer, calls, call } = start({ batchSize: 10_000 });
    const value = 'x'.repeat(10_000);
    for (let partition = 0; partition < 50; partition += 1)
      consumer.push(partition, ...Array<string>(20).fill(value));
    await settled();
    for (let index = 0; index < calls.length; index += 1) {
      assert.ok(Buffer.byteLength(JSON.stringify(call(index).event)) <= 6 * 1024 * 1024);
      await call(index).answer(null);
    }
    assert.equal(calls.flatMap((made) => made.values).length, 1000);
  });

  it('waits for the batch window, and no longer than until the batch is full [batching]', async () => {
    const { consumer, time, calls, call } = start({ batchWindowMs: 500, batchSize: 3 });
    consumer.push(0, 'a');
    await time.advance(499);
    assert.equal(calls.length, 0);
    consumer.push(1, 'b');
    await time.advance(1);
    assert.deepEqual(call(0).values, ['0:a', '1:b']);
    await call(0).answer(null);
    consumer.push(0, 'c', 'd', 'e');
    await settled();
    assert.deepEqual(call(1).values, ['0:c', '0:d', '0:e']);
  });

  it('sends at once where the window is 0', async () => {
    const { consumer, calls, time } = start();
    consumer.push(0, 'a');
    await settled();
    assert.equal(calls.length, 1);
    assert.equal(time.clock.now(), 1_700_000_000_000);
  });

  it('keeps one batch of a partition in flight and merges what comes meanwhile into the next', async () => {
    const { consumer, calls, call, time } = start();
    consumer.push(0, 'a');
    await settled();
    consumer.push(0, 'b');
    await time.advance(100);
    consumer.push(0, 'c');
    await time.advance(1_000);
    assert.equal(calls.length, 1);
    await call(0).answer(null);
    assert.deepEqual(call(1).values, ['0:b', '0:c']);
  });

  it('merges other partitions too while the batch is young, and opens another beside an old one', async () => {
    const { consumer, calls, call, time } = start();
    consumer.push(0, 'a');
    await settled();
    consumer.push(1, 'b');
    await settled();
    consumer.push(2, 'c');
    await time.advance(19);
    assert.equal(calls.length, 1);
    await time.advance(1);
    assert.deepEqual(call(1).values, ['1:b', '2:c']);
    assert.equal(calls.length, 2);
  });

  it('waits longer for a batch where batches take longer, as long as they are quick', async () => {
    const { consumer, calls, call, time } = start();
    for (const _ of [1, 2, 3, 4, 5, 6, 7, 8]) {
      consumer.push(0, 'a');
      await time.advance(40);
      await call(calls.length - 1).answer(null);
    }
    consumer.push(0, 'a');
    await settled();
    consumer.push(1, 'b');
    await time.advance(50);
    assert.equal(calls.length, 9, 'two times what they usually take, nearly 40 ms by now');
    await time.advance(30);
    assert.deepEqual(call(9).values, ['1:b']);
  });

  it('does not wait for the batches of a slow handler', async () => {
    const { consumer, calls, call, time } = start();
    for (const _ of [1, 2, 3]) {
      consumer.push(0, 'a');
      await time.advance(400);
      await call(calls.length - 1).answer(null);
    }
    consumer.push(0, 'a');
    await settled();
    consumer.push(1, 'b');
    await time.advance(20);
    assert.deepEqual(call(4).values, ['1:b']);
  });

  it('opens no more batches at once than it may', async () => {
    const { consumer, calls, call, time } = start({}, { maxInFlight: 2 });
    for (const partition of [0, 1, 2]) {
      consumer.push(partition, 'x');
      await time.advance(50);
    }
    assert.equal(calls.length, 2);
    await call(0).answer(null);
    assert.deepEqual(call(2).values, ['2:x']);
  });

  it('takes the partitions in turn, so that a busy one starves none', async () => {
    const { consumer, call, time } = start({ batchSize: 2 });
    consumer.push(0, 'a', 'b', 'c', 'd', 'e', 'f');
    consumer.push(1, 'x');
    await settled();
    assert.deepEqual(call(0).values, ['0:a', '0:b']);
    await time.advance(20);
    assert.deepEqual(call(1).values, ['1:x']);
  });
});

describe('what is committed', () => {
  it('is everything of a batch that succeeded, after it did [errors]', async () => {
    const { consumer, call } = start();
    consumer.push(0, 'a', 'b');
    consumer.push(3, 'c');
    await settled();
    assert.deepEqual([...consumer.committed], []);
    await call(0).answer(null);
    assert.deepEqual([...consumer.committed], [[0, 2], [3, 1]]); // prettier-ignore
  });

  it('goes along with the next commit where the log refused it', async () => {
    const { consumer, call, lines, time } = start();
    consumer.push(0, 'a');
    consumer.push(1, 'a');
    await settled();
    consumer.failWith(new InfrastructureError('no'));
    await call(0).answer(null);
    assert.deepEqual([...consumer.committed], []);
    assert.ok(lines.some((line) => line.message.startsWith('offsets not committed')));
    consumer.failWith(undefined);
    consumer.push(1, 'b');
    await settled();
    await time.advance(100);
    await call(1).answer(null);
    assert.deepEqual([...consumer.committed].sort(), [[0, 1], [1, 2]]); // prettier-ignore
  });
});
