/** The topics of the embedded log: names, partitions, and the range of record ids that each partition owns. */
import { type Database } from './database.ts';
import { number, text } from './columns.ts';
import { slotCount, slotSpan } from './schema.ts';
import { refusal } from '#core/refusal.ts';
import { checkTopicShape } from '#core/topic-shape.ts';

export interface Topic {
  readonly name: string;
  readonly partitions: number;
  /** Partition p has slot `firstSlot + p`. */
  readonly firstSlot: number;
}

export interface Topics {
  /** Throws TOPIC_MISSING where there is none. */
  find(name: string): Topic;
  list(): readonly Topic[];
  create(wanted: readonly { readonly name: string; readonly partitions: number }[]): Promise<void>;
}

/** Ids from `first` to `last` belong to one partition. */
export const slotRange = (slot: number): { readonly first: number; readonly last: number } => ({
  first: slot * slotSpan,
  last: slot * slotSpan + slotSpan - 1,
});

export const slotsOf = ({ firstSlot, partitions }: Topic): readonly number[] =>
  Array.from({ length: partitions }, (_, partition) => firstSlot + partition);

export function createTopics(database: Database): Topics {
  // A topic never changes once it is there, so what was found stays true.
  const known = new Map<string, Topic>();
  const one = database.statement('SELECT first_slot, name, partitions FROM topics WHERE name = ?');
  const all = database.statement('SELECT first_slot, name, partitions FROM topics ORDER BY name');
  const end = database.statement('SELECT max(first_slot + partitions) FROM topics');
  const insert = database.statement('INSERT INTO topics (first_slot, name, partitions) VALUES (?, ?, ?)');
  const toTopic = (row: Parameters<typeof text>[0]): Topic => ({
    firstSlot: number(row, 0),
    name: text(row, 1),
    partitions: number(row, 2),
  });

  const add = (name: string, partitions: number): void => {
    if (one.row(name) !== undefined) return;
    const firstSlot = Number(end.row()?.[0] ?? 1);
    if (firstSlot + partitions > slotCount) throw tooMany(name, partitions);
    insert.run(firstSlot, name, partitions);
  };

  return {
    find(name) {
      const cached = known.get(name);
      if (cached !== undefined) return cached;
      const row = database.read(() => one.row(name));
      if (row === undefined) throw missing(name);
      const topic = toTopic(row);
      known.set(name, topic);
      return topic;
    },
    list: () => database.read(() => all.rows().map(toTopic)),
    async create(wanted) {
      for (const shape of wanted) checkTopicShape(shape);
      const there = new Set(database.read(() => all.rows().map((row) => text(row, 1))));
      const lacking = wanted.filter(({ name }) => !there.has(name));
      if (lacking.length === 0) return;
      await database.writer.durable(() => {
        for (const { name, partitions } of lacking) add(name, partitions);
      });
    },
  };
}

const missing = (name: string): Error =>
  refusal({
    code: 'TOPIC_MISSING',
    what: 'there is no such topic, and a first write never creates one',
    got: JSON.stringify(name.slice(0, 249)),
    expected: 'a topic that was created before',
    fix: 'run ./baton topics create',
  });

const tooMany = (name: string, partitions: number): Error =>
  refusal({
    code: 'TOPIC_PARTITIONS',
    what: 'the embedded log has no room for these partitions',
    got: `${partitions} more for ${name}`,
    expected: `at most ${slotCount - 1} over all topics`,
    fix: 'use fewer partitions, or Kafka',
  });
