/** Reads a topic without a group, for people: all partitions merged by time. */
import { type LogRecord } from '#core/ports.ts';
import { type ConsumerParts } from './consumer.ts';
import { type Topic } from './topics.ts';

export interface TailOptions {
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

const pageSize = 256;

/** `positions`: by partition, the offset to begin with. */
export async function* tail(
  parts: ConsumerParts,
  topic: Topic,
  positions: number[],
  { follow, signal }: TailOptions,
): AsyncGenerator<LogRecord, void, undefined> {
  const { feed } = parts;
  let news = true;
  const watcher = {
    topic: topic.name,
    grown() {
      news = true;
    },
  };
  const unwatch = feed.watch(watcher);
  const next = createMerge(parts, topic, positions);
  try {
    while (!isAborted(signal) && !feed.closed()) {
      feed.look();
      news = false;
      for (let record = next(); record !== undefined; record = next()) {
        yield record;
        if (isAborted(signal)) return;
      }
      if (!follow) return;
      // Set by `grown` while the records above were being used.
      if (!(news as boolean)) await feed.wait(watcher, Infinity, signal);
    }
  } finally {
    unwatch();
  }
}

/** A call, because the compiler takes a property it has compared once for settled. */
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** Gives the oldest record not yet given of what is there now, or `undefined`. Equal times go by partition. */
function createMerge({ database, records }: ConsumerParts, topic: Topic, positions: number[]) {
  const pages: (readonly LogRecord[])[] = positions.map(() => []);
  const used: number[] = positions.map(() => 0);

  const peek = (partition: number): LogRecord | undefined => {
    const record = pages[partition]?.[used[partition] ?? 0];
    if (record !== undefined) return record;
    const page = database.read(() => records.from(topic, partition, positions[partition] ?? 0, pageSize));
    pages[partition] = page;
    used[partition] = 0;
    return page[0];
  };

  return (): LogRecord | undefined => {
    let oldest: LogRecord | undefined;
    for (const partition of positions.keys()) {
      const record = peek(partition);
      if (record !== undefined && (oldest === undefined || record.timestamp < oldest.timestamp))
        oldest = record;
    }
    if (oldest === undefined) return undefined;
    positions[oldest.partition] = oldest.offset + 1;
    used[oldest.partition] = (used[oldest.partition] ?? 0) + 1;
    return oldest;
  };
}
