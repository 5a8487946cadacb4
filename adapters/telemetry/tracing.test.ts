/** What wrapping must leave alone, and what it adds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { toKafkaEvent } from '#core/kafka-records.ts';
import { type LogFields, type LogRecord, type Logger, type OutgoingRecord } from '#core/ports.ts';
import { type Platform } from '../platform.ts';
import { formatHop, parseHop } from './hop.ts';
import { withExporter } from './open-telemetry.ts';

const runId = '0123456789abcdefghjkmnpqrs';
const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true };
const context = { awsRequestId: 'r-1', functionName: 'fn', getRemainingTimeInMillis: () => 10_000 };

function openWorld() {
  const sent: OutgoingRecord[] = [];
  const lines: LogFields[] = [];
  const write = (fields: LogFields): void => void lines.push(fields);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const exporter = new InMemorySpanExporter();
  const telemetry = withExporter({ serviceName: 'baton', standard: {} }, logger, exporter);
  const tracing = telemetry.tracing?.function('fn');
  assert.ok(tracing);
  const platform = tracing.platform({
    logger,
    log: { publish: (records: readonly OutgoingRecord[]) => Promise.resolve(void sent.push(...records)) },
    store: { commits: {} },
  } as unknown as Platform);
  const spans = async () => {
    await telemetry.flush(5_000);
    return exporter.getFinishedSpans();
  };
  return { sent, lines, tracing, platform, spans };
}

const task = (attempt: number) => ({
  id: `${runId}:2:0`,
  source: '/baton/orchestrator',
  type: 'dev.baton.step.requested.v1',
  subject: runId,
  runid: runId,
  stepid: 'one',
  attempt,
  traceparent: formatHop(parent),
  data: { agent: 'worker', input: 1 },
});

const recordOf = (outgoing: OutgoingRecord, offset = 0): LogRecord => ({
  ...outgoing,
  partition: 0,
  offset,
  timestamp: Date.now(),
  key: Buffer.from(outgoing.key),
});
const eventOf = (...records: readonly LogRecord[]) => toKafkaEvent(records, { bootstrapServers: 'b:1' });

const textOf = (record: OutgoingRecord | undefined, name: string): readonly string[] =>
  (record?.headers ?? []).flatMap(([header, bytes]) =>
    header === name ? [Buffer.from(bytes).toString()] : [],
  );

describe('a traced function', () => {
  it('sends the same bytes as before: only the header of this hop is another', async () => {
    const { sent, tracing, platform } = openWorld();
    const outgoing = { topic: topics.response, key: runId, ...encodeEvent(responseTo(task(1))) };
    const handler = tracing.handler(async () => {
      await platform.log.publish([outgoing]);
      return { batchItemFailures: [] };
    });
    const taken = { topic: topics.step('worker'), key: runId, ...encodeEvent(task(1)) };
    await handler(eventOf(recordOf(taken)), context);
    const [published] = sent;
    assert.deepEqual(published?.value, outgoing.value);
    assert.equal(published.key, outgoing.key);
    const names = published.headers.map(([name]) => name);
    assert.deepEqual(names.toSorted(), ['content-type', 'traceparent']);
    const [hop] = textOf(published, 'traceparent').map(parseHop);
    assert.equal(hop?.traceId, parent.traceId);
    assert.notEqual(hop?.spanId, parent.spanId);
  });

  it('leaves the headers of dead letters as they were', async () => {
    const { sent, tracing, platform } = openWorld();
    const letter = {
      topic: topics.deadLetter,
      key: 'k',
      value: Buffer.from('{'),
      headers: [['traceparent', Buffer.from('as it came')]],
    } as const;
    await tracing.handler(() => platform.log.publish([letter]))(eventOf(recordOf(letter)), context);
    assert.deepEqual(sent, [letter]);
  });

  it('answers and throws what the handler does, and its spans say what came of it', async () => {
    const { tracing, spans } = openWorld();
    const record = recordOf({ topic: topics.step('worker'), key: runId, ...encodeEvent(task(1)) }, 7);
    const failing = {
      batchItemFailures: [{ itemIdentifier: { partition: `${record.topic}-0`, offset: 7 } }],
    };
    assert.equal(await tracing.handler(() => Promise.resolve(failing))(eventOf(record), context), failing);
    const thrown = new TypeError('the secret is 42');
    await assert.rejects(tracing.handler(() => Promise.reject(thrown))(eventOf(record), context), thrown);
    const said = (await spans())
      .filter(({ name }) => name.startsWith('process '))
      .map(({ attributes }) => attributes['error.type']);
    assert.deepEqual(said, ['unfinished', 'TypeError']);
  });

  it('takes whatever it is given, records without an event and nothing like a Kafka event too', async () => {
    const { tracing, spans } = openWorld();
    const poison = { topic: topics.request, key: '', value: Buffer.from('no json'), headers: [] };
    const handler = tracing.handler((event: unknown) => Promise.resolve(event));
    for (const event of [eventOf(recordOf(poison)), {}, undefined, { records: 3 }])
      assert.equal(await handler(event, context), event);
    assert.deepEqual(await spans(), [], 'what belongs to no run leaves no span');
  });

  it('puts trace and span on the log lines written for a record', async () => {
    const { lines, tracing, platform, spans } = openWorld();
    const handler = tracing.handler(() => Promise.resolve(platform.logger.info({ step: 'one' }, 'here')));
    const taken = { topic: topics.step('worker'), key: runId, ...encodeEvent(task(1)) };
    await handler(eventOf(recordOf(taken)), context);
    const process = (await spans()).find(({ name }) => name.startsWith('process '))?.spanContext();
    assert.deepEqual(lines, [{ step: 'one', traceId: parent.traceId, spanId: process?.spanId }]);
  });

  it('keeps what the handler carries beside being called', () => {
    const close = (): void => undefined;
    const { tracing } = openWorld();
    const handler = tracing.handler(Object.assign(() => Promise.resolve(), { close }));
    assert.equal((handler as unknown as { close: unknown }).close, close);
  });
});

const responseTo = ({ runid, stepid, attempt }: ReturnType<typeof task>) => ({
  id: `${runid}:${stepid}:${attempt}`,
  source: '/baton/agents/worker',
  type: 'dev.baton.step.completed.v1',
  subject: runid,
  runid,
  stepid,
  attempt,
  traceparent: formatHop(parent),
  data: { output: 1 },
});
