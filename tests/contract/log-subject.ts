/** What the contract suites of the log share. */
import assert from 'node:assert/strict';
import { type Log, type LogConsumer, type LogRecord, type OutgoingRecord } from '#core/ports.ts';
import { type Closable, contractSuite, until } from './contract-suite.ts';
import { unique } from './samples.ts';

export interface LogSubject extends Closable {
  readonly log: Log;
  /** Writes what other clients may write, where the adapter can: no key, no value. */
  readonly append?: (
    records: readonly { topic: string; key: Uint8Array | null; value: Uint8Array | null; headers: [] }[],
  ) => Promise<void>;
}

export const patienceMs = 30_000;

export const outgoing = (topic: string, key: string, text: string): OutgoingRecord => ({
  topic,
  key,
  value: Buffer.from(text),
  headers: [],
});
export const textOf = (record: LogRecord): string => Buffer.from(record.value ?? []).toString();
export const keyOf = (record: LogRecord): string => Buffer.from(record.key ?? []).toString();

/** Polls until `count` records came. More than that, in the same answers, are a failure too. */
export async function receive(consumer: LogConsumer, count: number): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  await until(
    async () => {
      records.push(...(await consumer.poll({ maxRecords: 500, maxWaitMs: 200 })));
      return records.length >= count;
    },
    () => `${records.length} of ${count} records came`,
    patienceMs,
  );
  assert.equal(records.length, count);
  return records;
}

export const commitAll = (consumer: LogConsumer, records: readonly LogRecord[]): Promise<void> =>
  consumer.commit(records.map(({ partition, offset }) => ({ partition, nextOffset: offset + 1 })));

export type Subject = () => LogSubject;
/** Creates a topic of its own for a test and gives its name. */
export type TopicWith = (partitions: number) => Promise<string>;

export function logSuite(
  name: string,
  factory: () => Promise<LogSubject>,
  tests: (subject: Subject, topicWith: TopicWith) => void,
): void {
  contractSuite(name, factory, (subject) => {
    tests(subject, async (partitions) => {
      const topic = unique('contract.log');
      await subject().log.createTopics([{ name: topic, partitions }]);
      return topic;
    });
  });
}
