/**
 * What a mapping has read and not finished, by partition, and the batches made of it.
 * Q1. A partition has one batch in flight, and its records are handed out in offset order.
 * Q2. Records stay in their queue until they are done: what failed comes again first, then what came since.
 * Q3. A batch takes at most `batchSize` records and `maxBytes` of event JSON, commas and the names of its partitions
 *     counted; a larger single record goes alone.
 * Q4. The batch window counts from when the oldest record came, also where that was during another batch: it is the
 *     longest that a record is kept for company. What comes again is not kept.
 * Source: AWS Lambda Developer Guide, "Batching behavior" (invocation-eventsourcemapping).
 */
import { jsonSizeOf, listSizeOf } from '#core/kafka-records.ts';
import { type LogRecord } from '#core/ports.ts';

export interface Entry {
  readonly record: LogRecord;
  /** Bytes of event JSON, the comma after it included. */
  readonly bytes: number;
  /** When it was read. */
  readonly cameAt: number;
  /** Failed invocations so far. */
  attempts: number;
}

export interface PartitionQueue {
  readonly partition: number;
  /** Bytes of event JSON that a batch takes for this partition, beside its records. */
  readonly listBytes: number;
  /** In offset order; the first `taken` of them are in flight. */
  readonly entries: Entry[];
  taken: number;
  /** Backing off until then; 0: not at all. */
  notBefore: number;
  /** Failures in a row without progress. */
  failures: number;
}

export interface BatchLimits {
  readonly batchSize: number;
  readonly batchWindowMs: number;
  readonly maxBytes: number;
}

export interface Batch {
  readonly records: readonly LogRecord[];
  readonly queues: readonly PartitionQueue[];
}

export type Taken =
  | { readonly type: 'batch'; readonly batch: Batch }
  /** Nothing yet; ask again at `at` (or when something came, or was settled). */
  | { readonly type: 'wait'; readonly at: number }
  | { readonly type: 'nothing' };

export interface PartitionQueues {
  add(records: readonly LogRecord[], now: number): void;
  take(now: number): Taken;
  /** Those that a batch could be made of now: not in flight, not backing off. */
  ready(now: number): readonly PartitionQueue[];
  /** All records held, and their bytes. */
  size(): { readonly records: number; readonly bytes: number };
  /** Takes the first `count` records of a queue out for good. */
  remove(queue: PartitionQueue, count: number): readonly Entry[];
}

export function createPartitionQueues(limits: BatchLimits): PartitionQueues {
  const queues = new Map<number, PartitionQueue>();
  /** Turns with every batch, so that a busy partition starves none. */
  let order: PartitionQueue[] = [];
  const held = { records: 0, bytes: 0 };

  const queueOf = (record: LogRecord): PartitionQueue => {
    const { partition } = record;
    const known = queues.get(partition);
    if (known !== undefined) return known;
    const listBytes = listSizeOf(record);
    const queue = { partition, listBytes, entries: [], taken: 0, notBefore: 0, failures: 0 };
    queues.set(partition, queue);
    order.push(queue);
    return queue;
  };
  const ready = (now: number) =>
    order.filter((queue) => queue.taken === 0 && queue.entries.length > 0 && queue.notBefore <= now);

  return {
    ready,
    size: () => held,
    add: (records, now) => {
      for (const record of records) {
        const bytes = jsonSizeOf(record) + 1;
        queueOf(record).entries.push({ record, bytes, cameAt: now, attempts: 0 });
        held.records += 1;
        held.bytes += bytes;
      }
    },
    take: (now) => {
      const candidates = ready(now);
      const backingOff = order.filter((queue) => queue.taken === 0 && queue.notBefore > now);
      const later = Math.min(...backingOff.map((queue) => queue.notBefore));
      const due = candidates.length === 0 ? later : windowEnd(candidates, limits);
      if (due > now)
        return due === Infinity ? { type: 'nothing' } : { type: 'wait', at: Math.min(due, later) };
      const batch = fill(candidates, limits);
      order = [...order.filter((queue) => !batch.queues.includes(queue)), ...batch.queues];
      return { type: 'batch', batch };
    },
    remove: (queue, count) => {
      const gone = queue.entries.splice(0, count);
      held.records -= gone.length;
      for (const entry of gone) held.bytes -= entry.bytes;
      return gone;
    },
  };
}

/** Q4. When the batch need not wait for more: at once without window, when full, or when something in it comes again. */
function windowEnd(candidates: readonly PartitionQueue[], limits: BatchLimits): number {
  if (limits.batchWindowMs === 0) return 0;
  let records = 0;
  let bytes = 0;
  let since = Infinity;
  for (const queue of candidates) {
    const oldest = queue.entries[0];
    if (oldest === undefined) continue;
    if (oldest.attempts > 0) return 0;
    since = Math.min(since, oldest.cameAt);
    records += queue.entries.length;
    for (const entry of queue.entries) bytes += entry.bytes;
  }
  return records >= limits.batchSize || bytes >= limits.maxBytes ? 0 : since + limits.batchWindowMs;
}

function fill(candidates: readonly PartitionQueue[], limits: BatchLimits): Batch {
  const records: LogRecord[] = [];
  const queues: PartitionQueue[] = [];
  let room = limits.maxBytes;
  for (const queue of candidates) {
    for (const entry of queue.entries) {
      const bytes = entry.bytes + (queue.taken === 0 ? queue.listBytes : 0);
      // Q3. The first record goes whatever its size; the next batch begins with the partition that did not fit.
      if (records.length >= limits.batchSize || (records.length > 0 && bytes > room))
        return { records, queues };
      if (queue.taken === 0) queues.push(queue);
      queue.taken += 1;
      room -= bytes;
      records.push(entry.record);
    }
  }
  return { records, queues };
}
