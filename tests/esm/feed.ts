/** A mapping under test: what it was given, what it invoked, what it committed; its invocations are answered by the case. */
import assert from 'node:assert/strict';
import { type InvocationContext, type KafkaBatchResponse, type KafkaEvent } from '#core/lambda-kafka.ts';
import { type LogConsumer } from '#core/ports.ts';
import { type MappingSpec } from '#infra/topology.ts';
import { startMapping } from '#local/invoker.ts';
import { keepingLogger, settled, type VirtualTime } from '#local/memory-log.fixture.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { patienceMs } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { type EsmSubject } from './subject.ts';

export interface FeedOptions extends Partial<MappingSpec> {
  readonly timeoutMs?: number;
  readonly eventSourceArn?: string;
  /** Answers every invocation; without it the case answers each by hand. */
  readonly respond?: (call: Call) => Promise<unknown>;
}

export interface Call {
  readonly event: KafkaEvent;
  readonly context: InvocationContext;
  /** Values as text, by partition, in the event's order. */
  readonly values: Readonly<Record<number, readonly string[]>>;
  answer(value: unknown): Promise<void>;
  fail(error: Error): Promise<void>;
}

export interface Feed {
  readonly topic: string;
  readonly group: string;
  readonly calls: readonly Call[];
  readonly lines: ReturnType<typeof keepingLogger>['lines'];
  /** Waits until the invocation is made. */
  call(index: number): Promise<Call>;
  /** Waits until the log has handed out that many records in all, and the mapping has done with them what it does at once. */
  read(count: number): Promise<void>;
  /** The same, and lets the batch window end. */
  gather(count: number): Promise<void>;
  /** By partition, what the mapping has committed so far, whether the log has it already or not. */
  readonly positions: ReadonlyMap<number, number>;
  /** Stops the mapping; a batch in flight is given back. A second call changes nothing. */
  stop(): Promise<void>;
}

const windowMs = 1_000;

export async function openFeed(
  { subject, time }: { readonly subject: Pick<EsmSubject, 'log'>; readonly time: VirtualTime },
  topic: string,
  options: FeedOptions,
): Promise<Feed> {
  const { timeoutMs = 60_000, eventSourceArn, respond, ...settings } = options;
  const mapping = { ...gathering, ...settings, topic, group: settings.group ?? unique('group') };
  const watched = watch(await subject.log.consumer(mapping));
  const logger = keepingLogger();
  const calls: Call[] = [];
  const started = await orClose(watched.consumer, () =>
    startMapping({
      mapping,
      consumer: watched.consumer,
      functionName: 'function-under-test',
      timeoutMs,
      clock: time.clock,
      timers: time.timers,
      logger,
      bootstrapServers: 'one:9092,two:9092',
      ...(eventSourceArn !== undefined && { eventSourceArn }),
      handler: (event, context) => {
        const { call, answered } = invoked(event, context);
        calls.push(call);
        return (respond?.(call) ?? answered) as Promise<KafkaBatchResponse>;
      },
    }),
  );
  const read = async (count: number): Promise<void> => {
    await until(
      () => watched.read() >= count,
      () => `${watched.read()} of ${count} records were read`,
      patienceMs,
    );
    await settled();
  };
  let stopping: Promise<void> | undefined;
  return {
    topic,
    group: mapping.group,
    calls,
    lines: logger.lines,
    positions: watched.positions,
    read,
    gather: async (count) => {
      await read(count);
      await time.advance(mapping.batchWindowMs);
    },
    call: async (index) => {
      const waiting = (): string => `invocation ${index} of ${calls.length} was not made`;
      await until(() => calls.length > index, waiting, patienceMs);
      return calls[index] ?? assert.fail(waiting());
    },
    stop: () => (stopping ??= stop(started, time)),
  };
}

const gathering: Omit<MappingSpec, 'topic' | 'group'> = {
  batchSize: 100,
  batchWindowMs: windowMs,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  partialResponses: true,
  pollers: 'provisioned',
};

/** Counts what goes through a consumer. */
function watch(consumer: LogConsumer) {
  const positions = new Map<number, number>();
  let read = 0;
  const watched: LogConsumer = {
    poll: async (wanted) => {
      const records = await consumer.poll(wanted);
      read += records.length;
      return records;
    },
    commit: async (committed) => {
      for (const { partition, nextOffset } of committed) positions.set(partition, nextOffset);
      await consumer.commit(committed);
    },
    close: () => consumer.close(),
  };
  return { consumer: watched, positions, read: () => read };
}

async function orClose<T>(consumer: LogConsumer, start: () => T): Promise<T> {
  try {
    return start();
  } catch (error) {
    await consumer.close();
    throw error;
  }
}

function invoked(
  event: KafkaEvent,
  context: InvocationContext,
): { readonly call: Call; readonly answered: Promise<unknown> } {
  const answer = Promise.withResolvers<unknown>();
  const values = Object.values(event.records).map((list) => [
    list[0]?.partition,
    list.map((record) => Buffer.from(record.value ?? '', 'base64').toString()),
  ]);
  const call: Call = {
    event,
    context,
    values: Object.fromEntries(values) as Call['values'],
    answer: (value) => (answer.resolve(value), settled()),
    fail: (error) => (answer.reject(error), settled()),
  };
  return { call, answered: answer.promise };
}

/** The log needs its own time to end a poll, and the mapping needs virtual time to give a batch back. */
async function stop(mapping: ReturnType<typeof startMapping>, time: VirtualTime): Promise<void> {
  let stopped = false;
  const ended = mapping.stop({ graceMs: 1 }).finally(() => (stopped = true));
  await until(
    async () => {
      await time.advance(1);
      return stopped;
    },
    () => 'the mapping did not stop',
    patienceMs,
  );
  await ended;
  await mapping.done;
}

/** An answer that names failed records of a topic. */
export const failed = (
  topic: string,
  ...places: readonly (readonly [partition: number, offset: number])[]
): KafkaBatchResponse => ({
  batchItemFailures: places.map(([partition, offset]) => ({
    itemIdentifier: { partition: `${topic}-${partition}`, offset },
  })),
});
