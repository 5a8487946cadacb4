/**
 * A partitioned log in memory, with the offsets that groups committed.
 * L1. Offsets of a partition begin at 0 and have no gaps.   L2. Records of one append are appended together or not at
 *     all, and those of one key stay in order.   L3. A key goes to the partition that Kafka would choose.
 */
import { partitionOf } from '#core/partitioner.ts';
import { type Clock, type LogConsumer, type LogRecord, type OutgoingRecord } from '#core/ports.ts';
import { refusal } from '#core/refusal.ts';
import { type TopicShape, checkTopicShape } from '#core/topic-shape.ts';

/** An `OutgoingRecord`, or what other clients of Kafka may write: no key, bytes as key, no value. */
export interface AppendedRecord {
  readonly topic: string;
  /** The empty text is no key, as for the producers of the other logs. */
  readonly key: string | Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: OutgoingRecord['headers'];
}

export interface MemoryLog {
  /** Gives the records as stored. Throws TOPIC_MISSING before anything is appended. */
  append(records: readonly AppendedRecord[]): readonly LogRecord[];
  /** The partition itself, not a copy: it grows with every append, and the index of a record is its offset. */
  records(topic: string, partition: number): readonly LogRecord[];
  createTopics(wanted: readonly TopicShape[]): void;
  /** By name. */
  topics(): readonly TopicShape[];
  /** The number of partitions; throws TOPIC_MISSING where there is no such topic. */
  partitions(topic: string): number;
  /** The next offset of the group in each partition of the topic; 0 where nothing was committed. */
  committed(topic: string, group: string): readonly number[];
  commit(topic: string, group: string, positions: Positions): void;
  /** Calls `listener` after every append, with the topics that grew, until the returned function is called. */
  onAppend(listener: AppendListener): () => void;
}

export type AppendListener = (topics: ReadonlySet<string>) => void;
type Positions = Parameters<LogConsumer['commit']>[0];

interface Topic {
  readonly name: string;
  readonly partitions: readonly LogRecord[][];
  /** Keys seen before: the same few run ids come again and again, and hashing them is most of the work. */
  readonly keys: Map<string, Place>;
  readonly groups: Map<string, number[]>;
}

interface Place {
  readonly key: Uint8Array | null;
  readonly partition: number;
}

export function createMemoryLog(clock: Clock): MemoryLog {
  const topics = new Map<string, Topic>();
  const listeners = new Set<AppendListener>();
  let turn = 0;

  const find = (name: string): Topic => {
    const topic = topics.get(name);
    if (topic === undefined) throw missing(name);
    return topic;
  };

  return {
    append(records) {
      if (records.length === 0) return [];
      const found = records.map((record) => find(record.topic));
      const timestamp = clock.now();
      const stored = records.map((record, index) =>
        push(found[index] ?? find(record.topic), record, timestamp, () => turn++),
      );
      if (listeners.size > 0) {
        const grown = new Set(found.map((topic) => topic.name));
        for (const listener of [...listeners]) listener(grown);
      }
      return stored;
    },
    records: (name, partition) => find(name).partitions[partition] ?? [],
    createTopics(wanted) {
      for (const shape of wanted) checkTopicShape(shape);
      for (const { name, partitions } of wanted)
        if (!topics.has(name)) topics.set(name, emptyTopic(name, partitions));
    },
    topics: () =>
      [...topics.values()]
        .map((topic) => ({ name: topic.name, partitions: topic.partitions.length }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    partitions: (name) => find(name).partitions.length,
    committed: (name, group) => [...offsetsOf(find(name), group)],
    commit(name, group, positions) {
      const offsets = offsetsOf(find(name), group);
      for (const { partition, nextOffset } of positions)
        if (partition in offsets) offsets[partition] = nextOffset;
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

const emptyTopic = (name: string, partitions: number): Topic => ({
  name,
  partitions: Array.from({ length: partitions }, () => []),
  keys: new Map(),
  groups: new Map(),
});

function push(topic: Topic, record: AppendedRecord, timestamp: number, turn: () => number): LogRecord {
  const { key, partition } = placeOf(topic, record.key, turn);
  const records = topic.partitions[partition] ?? [];
  const { value, headers } = record;
  const stored = { topic: topic.name, partition, offset: records.length, timestamp, key, value, headers };
  records.push(stored);
  return stored;
}

/** By key, and in turn where there is none. */
function placeOf(topic: Topic, key: AppendedRecord['key'], turn: () => number): Place {
  const count = topic.partitions.length;
  if (key === null || key === '') return { key: null, partition: turn() % count };
  if (typeof key !== 'string') return { key, partition: partitionOf(key, count) };
  const known = topic.keys.get(key);
  if (known !== undefined) return known;
  const bytes = Buffer.from(key);
  const place = { key: bytes, partition: partitionOf(bytes, count) };
  topic.keys.set(key, place);
  return place;
}

function offsetsOf(topic: Topic, group: string): number[] {
  const known = topic.groups.get(group);
  if (known !== undefined) return known;
  const offsets = topic.partitions.map(() => 0);
  topic.groups.set(group, offsets);
  return offsets;
}

const missing = (name: string): Error =>
  refusal({
    code: 'TOPIC_MISSING',
    what: 'there is no such topic, and a first write never creates one',
    got: JSON.stringify(name.slice(0, 249)),
    expected: 'a topic that was created before',
    fix: 'run ./baton topics create',
  });
