/** The embedded log: the `Log` port on SQLite, with groups and offsets as on Kafka. */
import { type Clock, type Log, type LogRecord, type OutgoingRecord } from '#core/ports.ts';
import { number } from './columns.ts';
import { committedOffsets, type ConsumerParts, openConsumer } from './consumer.ts';
import { type Database } from './database.ts';
import { type Feed } from './feed.ts';
import { type RawRecord, createRecords, place } from './records.ts';
import { tail } from './tail.ts';
import { type Topic, createTopics, slotsOf } from './topics.ts';

/** Records on their way: each has its place. */
export interface Sending {
  /** Within a transaction; may be called again where that is undone. */
  readonly append: () => void;
  /** After its COMMIT: tells the readers. */
  readonly announce: () => void;
}

export interface EmbeddedLog extends Log {
  /** For whoever writes more than records in one transaction. */
  send(records: readonly OutgoingRecord[]): Sending;
  /** `publish` for what only others write: records without key or value. */
  append(records: readonly RawRecord[]): Promise<void>;
  /** What the group has not committed, all partitions merged by time, without joining it. Nothing where the topic is missing. */
  unread(of: { readonly topic: string; readonly group: string }): AsyncIterable<LogRecord>;
  /** Deletes records older than `before` (ms) that every group of their topic has passed; tells how many. */
  trim(before: number): Promise<number>;
}

export function createLog(database: Database, feed: Feed, clock: Clock): EmbeddedLog {
  const topics = createTopics(database);
  const records = createRecords(database, clock);
  const parts: ConsumerParts = { database, feed, records };
  let turn = 0;

  function send(raw: readonly RawRecord[]): Sending {
    const placed = raw.map((record) => place(record, topics.find(record.topic), () => turn++));
    let sent: readonly LogRecord[] = [];
    return {
      append() {
        sent = records.append(placed);
      },
      announce() {
        feed.announce(sent);
      },
    };
  }

  async function append(raw: readonly RawRecord[]): Promise<void> {
    if (raw.length === 0) return;
    const sending = send(raw);
    await database.writer.durable(sending.append);
    sending.announce();
  }

  return {
    send: (outgoing) => send(outgoing.map(toRaw)),
    append,
    publish: (outgoing) => append(outgoing.map(toRaw)),
    consumer: async ({ topic, group }) => openConsumer(parts, topics.find(topic), group),
    read({ topic: name, from, follow, signal }) {
      const topic = topics.find(name);
      const begin = (slot: number): number => (from === 'beginning' ? 0 : records.end(slot));
      const positions = database.read(() => slotsOf(topic).map(begin));
      return tail(parts, topic, positions, { follow, signal });
    },
    createTopics: (wanted) => topics.create(wanted),
    topics: async () => topics.list().map(({ name, partitions }) => ({ name, partitions })),
    async *unread({ topic: name, group }) {
      const topic = topics.list().find((one) => one.name === name);
      if (topic === undefined) return;
      const positions = committedOffsets(parts, topic, group).map((next) => next ?? 0);
      yield* tail(parts, topic, positions, { follow: false });
    },
    trim: (before) => trim(parts, topics.list(), before),
  };
}

const toRaw = (record: OutgoingRecord): RawRecord => ({
  topic: record.topic,
  key: record.key === '' ? null : Buffer.from(record.key),
  value: record.value,
  headers: record.headers,
});

async function trim(
  { database, records }: ConsumerParts,
  topics: readonly Topic[],
  before: number,
): Promise<number> {
  const slowest = database.statement('SELECT min(next) FROM group_offsets WHERE slot = ?');
  let removed = 0;
  // A transaction for each partition: other writers get their turn in between.
  for (const slot of topics.flatMap(slotsOf)) {
    removed += await database.writer.relaxed(() => {
      const row = slowest.row(slot) ?? [];
      return records.trim(slot, row[0] === null ? records.end(slot) : number(row, 0), before);
    });
  }
  return removed;
}
