/**
 * One member of a consumer group. The embedded log has one host for each data folder, so a member reads every
 * partition of its topic.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type LogConsumer } from '#core/ports.ts';
import { number } from './columns.ts';
import { type Database } from './database.ts';
import { type Feed } from './feed.ts';
import { createReader } from './reader.ts';
import { type Records } from './records.ts';
import { refusal } from '#core/refusal.ts';
import { slotsOf, type Topic } from './topics.ts';

export interface ConsumerParts {
  readonly database: Database;
  readonly feed: Feed;
  readonly records: Records;
}

export async function openConsumer(parts: ConsumerParts, topic: Topic, group: string): Promise<LogConsumer> {
  const { database, feed } = parts;
  const offsets = await joinGroup(database, topic, group);
  const reader = createReader(parts, topic, offsets);
  const remember = createMemory(database, topic, group);
  const unwatch = feed.watch(reader);
  let closed = false;
  const isClosed = (): boolean => closed || feed.closed();

  return {
    async poll({ maxRecords, maxWaitMs, signal }) {
      if (isClosed()) throw consumerClosed(topic.name, group);
      const deadline = performance.now() + maxWaitMs;
      while (signal?.aborted !== true) {
        const records = database.read(() => reader.take(maxRecords));
        if (records.length > 0) return records;
        const remaining = deadline - performance.now();
        if (remaining <= 0) return [];
        await feed.wait(reader, remaining, signal);
        if (isClosed()) return [];
      }
      return [];
    },
    async commit(positions) {
      remember(positions);
    },
    async close() {
      closed = true;
      unwatch();
      database.writer.flush();
    },
  };
}

/** By partition, the offset that a member of the group would go on with; `undefined` where it has none. */
export function committedOffsets(
  { database }: Pick<ConsumerParts, 'database'>,
  topic: Topic,
  group: string,
): readonly (number | undefined)[] {
  const select = database.statement('SELECT next FROM group_offsets WHERE consumer_group = ? AND slot = ?');
  const slots = slotsOf(topic);
  const rows = database.read(() => slots.map((slot) => select.row(group, slot)));
  return rows.map((row) => (row === undefined ? undefined : number(row, 0)));
}

/** The group's offsets by partition. A new group is written down at once: trimming waits for every known group. */
async function joinGroup(database: Database, topic: Topic, group: string): Promise<number[]> {
  database.writer.flush();
  const insert = database.statement(
    'INSERT INTO group_offsets (consumer_group, slot, next) VALUES (?, ?, 0) ON CONFLICT DO NOTHING',
  );
  const known = committedOffsets({ database }, topic, group);
  if (known.includes(undefined))
    await database.writer.relaxed(() => {
      for (const slot of slotsOf(topic)) insert.run(group, slot);
    });
  return known.map((next) => next ?? 0);
}

type Positions = Parameters<LogConsumer['commit']>[0];

/**
 * Writes committed positions with the next transaction that happens anyway, or a moment later. A crash in between
 * costs a redelivery, which a group must bear at any time.
 */
function createMemory(database: Database, topic: Topic, group: string): (positions: Positions) => void {
  const upsert = database.statement(
    `INSERT INTO group_offsets (consumer_group, slot, next) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET next = excluded.next`,
  );
  const pending = new Map<number, number>();
  let scheduled = false;
  let problem: InfrastructureError | undefined;

  const write = (): void => {
    scheduled = false;
    for (const [partition, next] of pending) upsert.run(group, topic.firstSlot + partition, next);
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    database.writer.lazy(write).then(
      () => {
        if (!scheduled) pending.clear();
      },
      (error: unknown) => {
        scheduled = false;
        problem = error instanceof InfrastructureError ? error : undefined;
      },
    );
  };

  return (positions) => {
    const failed = problem;
    problem = undefined;
    for (const { partition, nextOffset } of positions) pending.set(partition, nextOffset);
    if (pending.size > 0) schedule();
    if (failed !== undefined) throw failed;
  };
}

const consumerClosed = (topic: string, group: string): Error =>
  refusal({
    code: 'CONSUMER_CLOSED',
    what: 'a consumer was polled after it was closed',
    got: `${group} on ${topic}`,
    expected: 'an open consumer',
    fix: 'open a new one',
  });
