/**
 * Reads a topic on, partition by partition.
 * R1. What `ahead` holds of a partition begins at its position and has no gap; what is in the database beyond it, or may
 *     be, is in `grown`. So each record is handed out once, in order, wherever it is taken from.
 * R2. Records appended in this process are taken from memory, as far as a reader that lags behind may hold them.
 */
import { type LogRecord } from '#core/ports.ts';
import { type Feed } from './feed.ts';
import { type Records } from './records.ts';
import { type Topic } from './topics.ts';

export interface Reader {
  readonly topic: string;
  grown(records?: readonly LogRecord[]): void;
  take(limit: number): readonly LogRecord[];
}

/** Of records held ahead, in all; what goes beyond it is read from the database when its turn comes. */
const aheadBytes = 4 * 1024 * 1024;
/** What a record takes beside its value. */
const frameBytes = 256;

/** Reads on from `positions`. */
export function createReader(
  { feed, records }: { readonly feed: Feed; readonly records: Records },
  topic: Topic,
  positions: number[],
): Reader {
  const grown = new Set(positions.keys());
  const ahead = new Map<number, LogRecord[]>();
  let held = 0;
  let first = 0;

  const hold = (record: LogRecord): void => {
    const { partition, offset } = record;
    const list = ahead.get(partition) ?? [];
    const follows = offset === (positions[partition] ?? 0) + list.length;
    if (grown.has(partition) || !follows || held >= aheadBytes) {
      grown.add(partition);
      return;
    }
    list.push(copyOf(record));
    ahead.set(partition, list);
    held += sizeOf(record);
  };

  const takeHeld = (partition: number, limit: number): readonly LogRecord[] => {
    const list = ahead.get(partition);
    if (list === undefined) return [];
    const taken = list.splice(0, limit);
    if (list.length === 0) ahead.delete(partition);
    for (const record of taken) held -= sizeOf(record);
    return taken;
  };

  const takeFrom = (partition: number, limit: number): readonly LogRecord[] => {
    const taken = takeHeld(partition, limit);
    const position = (positions[partition] ?? 0) + taken.length;
    positions[partition] = position;
    if (taken.length === limit || !grown.has(partition)) return taken;
    const room = limit - taken.length;
    const found = records.from(topic, partition, position, room);
    const last = found.at(-1);
    if (last !== undefined) positions[partition] = last.offset + 1;
    if (found.length < room) grown.delete(partition);
    return [...taken, ...found];
  };

  return {
    topic: topic.name,
    grown(fresh) {
      if (fresh === undefined) for (const partition of positions.keys()) grown.add(partition);
      else fresh.forEach(hold);
    },
    take(limit) {
      feed.look();
      if (grown.size === 0 && ahead.size === 0) return [];
      const taken: LogRecord[] = [];
      // Each call begins with another partition, so a busy one cannot keep the others waiting.
      first = (first + 1) % topic.partitions;
      for (let step = 0; step < topic.partitions && taken.length < limit; step += 1) {
        const partition = (first + step) % topic.partitions;
        if (grown.has(partition) || ahead.has(partition))
          taken.push(...takeFrom(partition, limit - taken.length));
      }
      return taken;
    },
  };
}

/** Whoever published it may use its bytes for something else by now. */
const copyOf = (record: LogRecord): LogRecord => ({
  ...record,
  key: record.key === null ? null : new Uint8Array(record.key),
  value: record.value === null ? null : new Uint8Array(record.value),
  headers: record.headers.map(([name, bytes]) => [name, new Uint8Array(bytes)]),
});

const sizeOf = ({ value }: LogRecord): number => frameBytes + (value?.byteLength ?? 0);
