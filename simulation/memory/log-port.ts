/** The `Log` port over a log in memory. Any number of views may share one memory, as clients share a broker. */
import { type Log, type LogRecord } from '#core/ports.ts';
import { type Around, atOnce } from './around.ts';
import { openMemoryConsumer } from './log-consumer.ts';
import { nextAppend } from './log-news.ts';
import { type MemoryLog } from './log.ts';

/** `around` gets every call but `read`, which is for people; without it each is applied at once. */
export const asLog = (log: MemoryLog, around: Around = atOnce): Log => ({
  publish: (records) =>
    around('log.publish', [records], () => {
      log.append(records);
    }),
  consumer: (options) => around('log.consumer', [options], () => openMemoryConsumer(log, around, options)),
  read({ topic, from, follow, signal }) {
    const positions = Array.from({ length: log.partitions(topic) }, (_, partition) =>
      from === 'beginning' ? 0 : log.records(topic, partition).length,
    );
    return tail(log, topic, positions, { follow, signal });
  },
  createTopics: (topics) => around('log.createTopics', [topics], () => log.createTopics(topics)),
  topics: () => around('log.topics', [], () => log.topics()),
});

interface TailOptions {
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

async function* tail(
  log: MemoryLog,
  topic: string,
  positions: number[],
  { follow, signal }: TailOptions,
): AsyncGenerator<LogRecord, void, undefined> {
  while (!isAborted(signal)) {
    for (let record = next(log, topic, positions); record; record = next(log, topic, positions)) {
      yield record;
      if (isAborted(signal)) return;
    }
    if (!follow) return;
    await nextAppend(log, topic, { maxWaitMs: Infinity, signal });
  }
}

/** A call, because the compiler takes a property it has compared once for settled. */
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** The oldest record not yet given, or nothing. Equal times go by partition. */
function next(log: MemoryLog, topic: string, positions: number[]): LogRecord | undefined {
  let oldest: LogRecord | undefined;
  for (const [partition, position] of positions.entries()) {
    const record = log.records(topic, partition)[position];
    if (record !== undefined && (oldest === undefined || record.timestamp < oldest.timestamp))
      oldest = record;
  }
  if (oldest !== undefined) positions[oldest.partition] = oldest.offset + 1;
  return oldest;
}
