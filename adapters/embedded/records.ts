/** Records of the embedded log as rows: appending, reading on, trimming. */
import { partitionOf } from '#core/partitioner.ts';
import { type Clock, type LogRecord } from '#core/ports.ts';
import { type Row, bytes, number, optional } from './columns.ts';
import { type Database, limit } from './database.ts';
import { decodeHeaders, encodeHeaders } from './headers.ts';
import { type Topic, slotRange } from './topics.ts';

/** Like `OutgoingRecord`, but key and value may be absent, as Kafka allows others to write. */
export interface RawRecord {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** A record with its place, ready to be inserted. */
export interface PlacedRecord extends RawRecord {
  readonly slot: number;
  readonly partition: number;
}

export interface Records {
  /** Within a transaction. Offsets of a partition have no gaps. Gives the records as readers will find them. */
  append(records: readonly PlacedRecord[]): readonly LogRecord[];
  /** Up to `limit` records of one partition from `offset` on. */
  from(topic: Topic, partition: number, offset: number, limit: number): readonly LogRecord[];
  /** The offset the next record of this partition will have. */
  end(slot: number): number;
  /** Within a transaction: deletes records below `offset`, older than `before`, never the last of a partition. */
  trim(slot: number, offset: number, before: number): number;
}

export function createRecords(database: Database, clock: Clock): Records {
  const insert = database.statement(
    'INSERT INTO records (id, timestamp, key, headers, value) VALUES (?, ?, ?, ?, ?)',
  );
  const last = database.statement('SELECT id FROM records WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1');
  const select = database.statement(
    `SELECT id, timestamp, key, headers, value FROM records WHERE id BETWEEN ? AND ? ORDER BY id ${limit}`,
  );
  const firstKept = database.statement(
    'SELECT id FROM records WHERE id BETWEEN ? AND ? AND timestamp >= ? ORDER BY id LIMIT 1',
  );
  const remove = database.statement('DELETE FROM records WHERE id BETWEEN ? AND ?');

  const nextId = (slot: number): number => {
    const range = slotRange(slot);
    const row = last.row(range.first, range.last);
    return row === undefined ? range.first : number(row, 0) + 1;
  };

  return {
    append(records) {
      const timestamp = clock.now();
      const next = new Map<number, number>();
      return records.map(({ slot, topic, partition, key, value, headers }) => {
        const id = next.get(slot) ?? nextId(slot);
        insert.run(id, timestamp, key, encodeHeaders(headers), value);
        next.set(slot, id + 1);
        return { topic, partition, offset: id - slotRange(slot).first, timestamp, key, value, headers };
      });
    },
    from(topic, partition, offset, limit) {
      const range = slotRange(topic.firstSlot + partition);
      const rows = select.rows(range.first + offset, range.last, limit);
      return rows.map((row) => toRecord(row, topic.name, partition, range.first));
    },
    end: (slot) => nextId(slot) - slotRange(slot).first,
    trim(slot, offset, before) {
      const range = slotRange(slot);
      // The last record stays, because the next offset is counted from it.
      const kept = Math.min(range.first + offset, nextId(slot) - 1);
      if (kept <= range.first) return 0;
      const young = firstKept.row(range.first, kept - 1, before);
      return remove.run(range.first, (young === undefined ? kept : number(young, 0)) - 1);
    },
  };
}

const toRecord = (row: Row, topic: string, partition: number, firstId: number): LogRecord => ({
  topic,
  partition,
  offset: number(row, 0) - firstId,
  timestamp: number(row, 1),
  key: optional(bytes, row, 2) ?? null,
  value: optional(bytes, row, 4) ?? null,
  headers: decodeHeaders(optional(bytes, row, 3)),
});

/** Gives each record its partition: by key, and in turn where it has none. `turn` is called for those. */
export function place(record: RawRecord, topic: Topic, turn: () => number): PlacedRecord {
  const partition =
    record.key === null ? turn() % topic.partitions : partitionOf(record.key, topic.partitions);
  return { ...record, slot: topic.firstSlot + partition, partition };
}
