/**
 * What becomes of batches that fail, and of mappings that stop. Pages: AWS Lambda Developer Guide,
 * [errors] "Configuring error handling controls for Kafka event sources"; [partial] "Partial batch responses" there;
 * [timeout] "Configure Lambda function timeout".
 */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { startMapping } from './invoker.ts';
import { failed, spec, start, stopAll, topic } from './mapping.fixture.ts';
import { keepingLogger, memoryConsumer, settled, virtualTime } from './memory-log.fixture.ts';

afterEach(stopAll);

describe('partial answers', () => {
  for (const answer of [undefined, null, '', {}, { batchItemFailures: null }, { batchItemFailures: [] }])
    it(`take ${JSON.stringify(answer) ?? 'undefined'} for success [partial]`, async () => {
      const { consumer, call } = start();
      consumer.push(0, 'a');
      await settled();
      await call(0).answer(answer);
      assert.deepEqual([...consumer.committed], [[0, 1]]);
    });

  it('commit each partition up to its first failed record and bring the rest again, in order [partial]', async () => {
    const { consumer, call, time } = start();
    consumer.push(0, 'a', 'b', 'c');
    consumer.push(1, 'd', 'e');
    await settled();
    await call(0).answer(failed([0, 2], [0, 1]));
    assert.deepEqual([...consumer.committed], [[0, 1], [1, 2]]); // prettier-ignore
    consumer.push(0, 'f');
    await time.advance(50);
    assert.deepEqual(call(1).values, ['0:b', '0:c', '0:f']);
  });

  const foreign: readonly (readonly [string, unknown])[] = [
    ['another partition', failed([7, 0])],
    ['another offset', failed([0, 9])],
    ['an SQS identifier', { batchItemFailures: [{ itemIdentifier: `${topic}-0:0` }] }],
    ['no identifier', { batchItemFailures: [{}] }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    [
      'an offset as text',
      { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: '1' } }] },
    ],
    ['no list', { batchItemFailures: 'all' }],
    ['no object', 'done'],
  ];
  for (const [name, answer] of foreign)
    it(`fail the whole batch over ${name} [partial]`, async () => {
      const { consumer, call, time } = start();
      consumer.push(0, 'a', 'b');
      consumer.push(1, 'c');
      await settled();
      await call(0).answer(answer);
      assert.deepEqual([...consumer.committed], []);
      await time.advance(50);
      assert.deepEqual(call(1).values, ['0:a', '0:b', '1:c']);
    });

  it('are not looked at where the mapping does not take them [partial]', async () => {
    const { consumer, call } = start({ partialResponses: false });
    consumer.push(0, 'a');
    await settled();
    await call(0).answer(failed([0, 0]));
    assert.deepEqual([...consumer.committed], [[0, 1]]);
  });
});

describe('failed invocations', () => {
  for (const partialResponses of [true, false])
    it(`come again whole, with what came since, where partial answers are ${partialResponses ? 'on' : 'off'} [errors]`, async () => {
      const { consumer, call, time } = start({ partialResponses });
      consumer.push(0, 'a');
      consumer.push(1, 'b');
      await settled();
      await call(0).fail(new InfrastructureError('store away'));
      assert.deepEqual([...consumer.committed], []);
      consumer.push(0, 'c');
      await time.advance(50);
      assert.deepEqual(call(1).values, ['0:a', '0:c', '1:b']);
      await call(1).answer(null);
      assert.deepEqual([...consumer.committed], [[0, 2], [1, 1]]); // prettier-ignore
    });

  it('come again after delays that double up to five seconds, for ever with retries -1 [errors]', async () => {
    const { consumer, calls, call, time } = start();
    consumer.push(0, 'a');
    await settled();
    for (const delay of [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]) {
      const made = calls.length;
      await call(made - 1).fail(new Error('bug'));
      await time.advance(delay - 1);
      assert.equal(calls.length, made);
      await time.advance(1);
      assert.equal(calls.length, made + 1);
    }
  });

  it('come again without waiting for the batch window', async () => {
    const { consumer, call, time } = start({ batchSize: 2, batchWindowMs: 300_000 });
    consumer.push(0, 'a', 'b');
    await settled();
    await call(0).answer(failed([0, 1]));
    await time.advance(50);
    assert.deepEqual(call(1).values, ['0:b']);
  });

  it('hold up only their own partitions', async () => {
    const { consumer, call, time } = start();
    consumer.push(0, 'a');
    await settled();
    await call(0).fail(new Error('bug'));
    consumer.push(1, 'b');
    await settled();
    assert.deepEqual(call(1).values, ['1:b']);
    await time.advance(50);
    assert.deepEqual(call(2).values, ['0:a']);
  });

  it('include those past the timeout, whose late outcome changes nothing [timeout]', async () => {
    const { consumer, calls, call, time } = start();
    consumer.push(0, 'a');
    await settled();
    await time.advance(60_000);
    await call(0).answer(null);
    assert.deepEqual([...consumer.committed], []);
    await time.advance(50);
    assert.deepEqual(call(1).values, ['0:a']);
    await call(1).answer(null);
    assert.deepEqual([...consumer.committed], [[0, 1]]);
    assert.equal(calls.length, 2);
  });

  it('include handlers that throw before their first await', async () => {
    const time = virtualTime();
    const consumer = memoryConsumer(topic, time.clock);
    let calls = 0;
    const mapping = startMapping({
      mapping: spec,
      consumer,
      handler: () => {
        calls += 1;
        throw new Error('at once');
      },
      functionName: 'f',
      timeoutMs: 1_000,
      clock: time.clock,
      timers: time.timers,
      logger: keepingLogger(),
      bootstrapServers: 'b:1',
    });
    consumer.push(0, 'a');
    await time.advance(50);
    assert.equal(calls, 2);
    await mapping.stop();
  });
});

describe('records given up', () => {
  it('are those that failed once more than the retries allow; they are logged and committed past [errors]', async () => {
    const { consumer, calls, call, time, lines } = start({ maximumRetryAttempts: 2 });
    consumer.push(0, 'a');
    await settled();
    for (const attempt of [0, 1]) {
      await call(attempt).fail(new Error('bug'));
      await time.advance(200);
    }
    assert.equal(calls.length, 3);
    consumer.push(0, 'b');
    await settled();
    await call(2).fail(new Error('bug'));
    assert.deepEqual([...consumer.committed], [[0, 1]]);
    assert.deepEqual(lines.at(-1), {
      level: 'error',
      message: 'record dropped',
      fields: { function: 'agent-a-b', topic, partition: 0, offset: 0, reason: 'retries exhausted' },
    });
    assert.deepEqual(call(3).values, ['0:b'], 'the next record goes at once, with retries of its own');
  });

  it('are those older than the maximum age, at their next turn [errors]', async () => {
    const { consumer, calls, call, time, lines } = start({ maximumRecordAgeSeconds: 60 });
    consumer.push(0, 'a');
    await settled();
    await time.advance(30_000);
    consumer.push(0, 'b');
    await time.advance(30_050);
    // The first invocation has timed out by now, and its record is too old to come again.
    assert.deepEqual([...consumer.committed], [[0, 1]]);
    assert.equal(lines.at(-1)?.fields['reason'], 'too old');
    assert.deepEqual(call(1).values, ['0:b']);
    assert.equal(calls.length, 2);
  });
});

describe('records without a timestamp', () => {
  it('are not given up for their age, which nobody knows [errors]', async () => {
    const { consumer, call, time, lines } = start({ maximumRecordAgeSeconds: 60 });
    consumer.append({ partition: 0, value: Buffer.from('a'), timestamp: -1 });
    await settled();
    await call(0).fail(new Error('bug'));
    await time.advance(50);
    assert.deepEqual(call(1).values, ['0:a']);
    assert.equal(lines.filter((line) => line.message === 'record dropped').length, 0);
  });
});

describe('a log that cannot be read', () => {
  it('is asked again after a while, and says so', async () => {
    const { consumer, call, time, lines } = start();
    await settled();
    consumer.failWith(new InfrastructureError('disk gone'));
    consumer.push(0, 'a');
    await time.advance(1_000);
    const failures = lines.filter((line) => line.message.startsWith('the log could not be read')).length;
    assert.ok(failures > 1 && failures < 8, `${failures} tries in a second`);
    consumer.failWith(undefined);
    await time.advance(5_000);
    assert.deepEqual(call(0).values, ['0:a']);
  });

  it('is not read further than there is room for', async () => {
    const { consumer, calls, call, time } = start({ batchSize: 1 }, { maxInFlight: 1 });
    for (let partition = 0; partition < 300; partition += 1) consumer.push(partition, 'x');
    await time.advance(1_000);
    assert.equal(calls.length, 1);
    const left = await consumer.poll({ maxRecords: 1_000, maxWaitMs: 0 });
    assert.equal(left.length, 200, 'one poll of a hundred was enough');
    await call(0).answer(null);
    assert.equal(calls.length, 2);
  });
});

describe('stopping', () => {
  it('lets the batch in flight finish, commits it, starts no other and closes the consumer', async () => {
    const { consumer, calls, call, mapping } = start();
    consumer.push(0, 'a');
    await settled();
    consumer.push(0, 'b');
    await settled();
    const stopped = mapping.stop();
    await settled();
    assert.equal(consumer.closed(), false);
    await call(0).answer(null);
    await stopped;
    assert.deepEqual([...consumer.committed], [[0, 1]]);
    assert.equal(consumer.closed(), true);
    assert.equal(calls.length, 1);
  });

  it('gives back a batch that takes longer than the grace', async () => {
    const { consumer, call, mapping, time } = start();
    consumer.push(0, 'a');
    await settled();
    const stopped = mapping.stop({ graceMs: 500 });
    await time.advance(500);
    await stopped;
    assert.equal(consumer.closed(), true);
    await call(0).answer(null);
    assert.deepEqual([...consumer.committed], []);
  });

  it('does not wait for a log that hangs: what it was not told comes again', async () => {
    const { consumer, call, mapping, time, lines } = start();
    consumer.push(0, 'a');
    await settled();
    const answering = Promise.withResolvers<void>();
    consumer.hangUntil(answering.promise);
    await call(0).answer(null);
    const stopped = mapping.stop({ graceMs: 500 });
    await time.advance(1_500);
    await stopped;
    assert.deepEqual([...consumer.committed], []);
    assert.match(lines.at(-1)?.message ?? '', /^the log does not answer/);
    answering.resolve();
    await settled();
    assert.equal(consumer.closed(), true);
  });
});
