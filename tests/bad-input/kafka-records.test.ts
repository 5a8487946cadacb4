/** Letter K: what records and batches get that no producer and no mapping should have sent. K01 is also in `bad-events.ts`. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { type Failure, InfrastructureError } from '#core/failure.ts';
import { failuresFor, recordsOf, toKafkaEvent } from '#core/kafka-records.ts';
import { canonicalJson, sha256 } from '#core/json.ts';
import { type LogRecord, type OutgoingRecord } from '#core/ports.ts';
import { createHandler } from '#functions/orchestrator/handler.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine, type Answer, type Engine } from '#tests/engine/engine.ts';
import { codes } from '#tests/engine/sandbox.ts';
import { assertFourParts, assertSentence, assertTold } from './error-contract.ts';
import { row } from './rows.ts';

const open: Engine[] = [];
async function engine(answer: Answer = (task) => completed(task.input)): Promise<Engine> {
  const made = await openEngine({ workflow: chain, agents: { worker: answer } });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

const record = (value: Uint8Array | null, offset = 0): LogRecord => ({
  topic: topics.command,
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  value,
  headers: [],
});
const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 60_000 };
const batch = (item: unknown): unknown => ({
  eventSource: 'aws:kafka',
  records: { 'workflow.request-0': [item] },
});
const item = {
  topic: 'workflow.request',
  partition: 0,
  offset: 0,
  timestamp: 1,
  key: null,
  value: '',
  headers: [],
};
const failureIn = (data: unknown): Failure => (data as { failure: Failure }).failure;

describe('bad records', () => {
  row('K01', 'a tombstone on the command topic is dead-lettered, and its neighbours go on', async () => {
    const e = await engine();
    await e.start('a', { idea: 'shop' });
    const starts = await e.take(topics.request);
    await e.deliver([record(null, 0), ...starts, record(null, 1)]);
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), ['KAFKA_NULL_VALUE', 'KAFKA_NULL_VALUE']);
    assert.equal((await e.outputs()).length, 1);
  });

  row('K02', 'a result over a megabyte travels as a claim check, and comes out whole', async () => {
    const big = { text: 'x'.repeat(1_048_589) };
    const bytes = new TextEncoder().encode(canonicalJson(big));
    const ref = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.byteLength };
    const e = await engine(() => ({ status: 'completed', output: { value: null, refs: [{ at: '', ref }] } }));
    await e.start('a', { idea: 'shop' });
    const { runId } = await firstRun(e);
    await e.embedded.store.blobs.put({ tenant: 'default', runId }, [{ ref, bytes }]);
    await e.settle();
    const [output] = await e.outputs();
    assert.equal(output?.type, 'dev.baton.run.completed.v1');
    assert.ok(encodeEvent(output).value.byteLength < 100_000, 'the log carries a reference');
  });

  row(
    'K02',
    'a result with more claim checks than are allowed fails its attempt, with the limit',
    async () => {
      const ref = { digest: `sha256:${'0'.repeat(64)}`, bytes: 1 };
      const value = Array.from({ length: 101 }, () => null);
      const refs = value.map((_, index) => ({ at: `/${index}`, ref }));
      const e = await engine(() => ({ status: 'completed', output: { value, refs } }));
      await e.start('a', { idea: 'shop' });
      await e.settle();
      const failed = failureIn((await e.outputs())[0]?.data);
      assertSentence(failed, 'PAYLOAD_TOO_LARGE');
      assert.match(failed.message, /at most 100/);
    },
  );

  for (const [what, code, retryable] of [
    ['is missing', 'BLOB_MISSING', true],
    ['has another digest', 'BLOB_DIGEST', false],
  ] as const)
    row('K03', `a claim check whose blob ${what} is ${code}, ${retryable ? '' : 'not '}to be tried again`, async () => {
      const ref = { digest: `sha256:${'0'.repeat(64)}`, bytes: 2 };
      const e = await engine(() => ({ status: 'completed', output: { value: null, refs: [{ at: '', ref }] } }));
      const blobs = { ...e.deps.store.blobs, get: () => Promise.resolve(retryable ? undefined : ('altered' as const)) };
      const handler = createHandler({ ...e.deps, store: { ...e.deps.store, blobs } });
      await e.start('a', { idea: 'shop' });
      await e.deliver(await e.take(topics.request));
      await e.answerTasks();
      await handler(toKafkaEvent(await e.take(topics.response), { bootstrapServers: 'test:9092' }), context);
      const failed = failureIn((await e.outputs())[0]?.data);
      assertSentence(failed, code);
      assert.equal(failed.retryable, retryable);
    }); // prettier-ignore

  row('K05', 'a start without key, or with a foreign one, is accepted where it is', async () => {
    const e = await engine();
    for (const [id, key] of [
      ['none', ''],
      ['foreign', 'customer-7'],
      ['strange', '\u0000🚀'],
    ] as const) {
      const event = encodeEvent({ id, source: '/test', type: 'dev.baton.workflow.requested.v1', data: { workflow: 'chain', input: { idea: id } } });
      await e.embedded.log.publish([{ topic: topics.request, key, ...event } satisfies OutgoingRecord]);
    }
    await e.settle();
    assert.equal((await e.outputs()).filter(({ type }) => type === 'dev.baton.run.completed.v1').length, 3);
  }); // prettier-ignore

  row('K06', 'an event on the topic of another type is CE_WRONG_TOPIC, with the right one', async () => {
    const e = await engine();
    const event = encodeEvent({ id: 'a', source: '/test', type: 'dev.baton.workflow.requested.v1', data: { workflow: 'chain' } }); // prettier-ignore
    await e.deliver([{ ...record(event.value), headers: event.headers }]);
    const letters = await e.deadLetters();
    assert.deepEqual(codes(letters), ['CE_WRONG_TOPIC']);
    assert.match(JSON.stringify(letters[0]?.headers.map(([, bytes]) => new TextDecoder().decode(bytes))), /workflow\.request/);
    assert.deepEqual(await e.store.runs.list({ limit: 1 }), []);
  }); // prettier-ignore

  row(
    'K06',
    'a topic that does not exist is TOPIC_MISSING with the command that makes it, and is not made',
    async () => {
      const e = await engine();
      const outgoing = {
        topic: 'workflow.step.nobody.request',
        key: '',
        value: new Uint8Array(),
        headers: [],
      };
      await assert.rejects(e.embedded.log.publish([outgoing]), (error) => {
        assert.ok(error instanceof InfrastructureError);
        const [code = '', message = ''] = error.message.split(/: ([^]*)/);
        assertSentence({ code, message }, 'TOPIC_MISSING');
        assert.match(message, /workflow\.step\.nobody\.request[^]*topics create/);
        return true;
      });
      assert.ok(!(await e.embedded.log.topics()).some(({ name }) => name === outgoing.topic));
    },
  );

  const shapes: readonly (readonly [what: string, event: unknown, path: string])[] = [
    ['null', null, ''],
    ['a text', 'x', ''],
    ['another source', { eventSource: 'aws:sqs', Records: [] }, '/eventSource'],
    ['no records', { eventSource: 'aws:kafka', records: {} }, '/records'],
    ['records that are a list', { eventSource: 'aws:kafka', records: [] }, '/records'],
    ['a partition that is no list', { eventSource: 'aws:kafka', records: { 'a-0': 7 } }, '/records/a-0'],
    ['a record that is null', batch(null), '/records/workflow.request-0/0'],
    ['bad base64', batch({ ...item, value: '?' }), '/records/workflow.request-0/0/value'],
    ['base64 without padding', batch({ ...item, value: 'e30' }), '/records/workflow.request-0/0/value'],
    ['an offset that is text', batch({ ...item, offset: '1' }), '/records/workflow.request-0/0/offset'],
    ['a negative partition', batch({ ...item, partition: -1 }), '/records/workflow.request-0/0/partition'],
    ['a header byte of 256', batch({ ...item, headers: [{ a: [256] }] }), '/records/workflow.request-0/0/headers/0/a'],
  ]; // prettier-ignore
  for (const [what, event, path] of shapes)
    row('K09', `${what} instead of a batch is ESM_SHAPE with its place`, async () => {
      const read = recordsOf(event);
      assert.ok(!read.ok);
      assertFourParts(read.problem, 'ESM_SHAPE');
      assert.equal(read.problem.path, path);
    });

  row('K09', 'the handler throws on it, so that the mapping shows it, and touches nothing', async () => {
    const e = await engine();
    await assert.rejects(createHandler(e.deps)({ hello: 'there' } as never, context), (error) => {
      assert.ok(error instanceof InfrastructureError);
      assertTold({ code: 'ESM_SHAPE', message: error.message });
      return true;
    });
    assert.deepEqual([...e.counts], []);
  });

  row('K10', 'a batch of 7 MB with failures is answered by partition, in order, from the first failed record on', () => {
    const value = new Uint8Array(100_000);
    const records = Array.from({ length: 70 }, (_, index) => ({ ...record(value, index >> 1), partition: index % 2 }));
    const failed = records.filter(({ partition, offset }) => partition === 1 && (offset === 20 || offset === 7));
    const { batchItemFailures } = failuresFor(records, failed);
    assert.deepEqual(
      batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
      Array.from({ length: 35 - 7 }, (_, index) => ({ partition: `${topics.command}-1`, offset: index + 7 })),
    );
  }); // prettier-ignore
});

async function firstRun(e: Engine) {
  await e.deliver(await e.take(topics.request));
  const [run] = await e.store.runs.list({ limit: 1 });
  assert.ok(run);
  return run;
}
