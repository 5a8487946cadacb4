/** A mapping in memory whose invocations the test answers one by one. */
import assert from 'node:assert/strict';
import { type InvocationContext, type KafkaEvent } from '#core/lambda-kafka.ts';
import { type MappingSpec } from '#infra/topology.ts';
import { type Mapping, startMapping } from './invoker.ts';
import {
  keepingLogger,
  type MemoryConsumer,
  memoryConsumer,
  settled,
  type VirtualTime,
  virtualTime,
} from './memory-log.fixture.ts';

export const topic = 'workflow.step.a-b.request';
export const spec: MappingSpec = {
  topic,
  group: 'g',
  batchSize: 100,
  batchWindowMs: 0,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  partialResponses: true,
  pollers: 'provisioned',
};

export interface Call {
  readonly event: KafkaEvent;
  readonly context: InvocationContext;
  /** `<partition>:<value>` of each record, in the event's order. */
  readonly values: readonly string[];
  answer(value: unknown): Promise<void>;
  fail(error: Error): Promise<void>;
}

export interface Fixture {
  readonly time: VirtualTime;
  readonly consumer: MemoryConsumer;
  readonly calls: Call[];
  readonly mapping: Mapping;
  readonly lines: ReturnType<typeof keepingLogger>['lines'];
  readonly call: (index: number) => Call;
}

const open: Fixture[] = [];

export function start(overrides: Partial<MappingSpec> = {}, options: { maxInFlight?: number } = {}): Fixture {
  const time = virtualTime();
  const consumer = memoryConsumer(topic, time.clock);
  const logger = keepingLogger();
  const calls: Call[] = [];
  const mapping = startMapping({
    mapping: { ...spec, ...overrides },
    consumer,
    handler: (event, context) => {
      const answer = Promise.withResolvers<unknown>();
      const values = Object.values(event.records).flatMap((list) =>
        list.map((record) => `${record.partition}:${Buffer.from(record.value ?? '', 'base64').toString()}`),
      );
      calls.push({
        event,
        context,
        values,
        answer: (value) => (answer.resolve(value), settled()),
        fail: (error) => (answer.reject(error), settled()),
      });
      return answer.promise as Promise<never>;
    },
    functionName: 'agent-a-b',
    timeoutMs: 60_000,
    clock: time.clock,
    timers: time.timers,
    logger,
    bootstrapServers: 'one:9092,two:9092',
    ...options,
  });
  const call = (index: number): Call =>
    calls[index] ?? assert.fail(`call ${index} of ${calls.length} was not made`);
  const fixture = { time, consumer, calls, mapping, lines: logger.lines, call };
  open.push(fixture);
  return fixture;
}

/** An answer that names failed records. */
export const failed = (...places: readonly (readonly [partition: number, offset: number])[]) => ({
  batchItemFailures: places.map(([partition, offset]) => ({
    itemIdentifier: { partition: `${topic}-${partition}`, offset },
  })),
});

/** For `afterEach`: stops what `start` began, and proves that nothing of it is left. */
export async function stopAll(): Promise<void> {
  for (const { mapping, time, consumer } of open.splice(0)) {
    consumer.failWith(undefined);
    const stopped = mapping.stop();
    await time.advance(10_000);
    await stopped;
    await mapping.done;
    assert.equal(consumer.closed(), true);
    // Only the timeouts of invocations that never end may be left, and they end with their own time.
    await time.advance(60_000);
    assert.equal(time.pending(), 0);
  }
}
