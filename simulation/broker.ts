/**
 * The event source mappings of the simulated system: batches from the log for sandboxes, offsets, redelivery.
 * BR1. One batch in flight per partition, as far as the mapping knows: a frozen sandbox may still be at an older one.
 * BR2. An offset is committed only for what a handler answered as done.
 * BR3. What is not committed comes again.
 */
import { eventRecord, toKafkaEvent } from '#core/kafka-records.ts';
import {
  type KafkaBatchResponse,
  type KafkaEvent,
  type KafkaEventRecord,
  type KafkaHandler,
} from '#core/lambda-kafka.ts';
import { type LogRecord } from '#core/ports.ts';
import { type MemoryLog } from './memory/log.ts';
import { type Sandbox, type World } from './world.ts';

export interface Mapping {
  readonly topic: string;
  /** The function's answer names failed records; else the whole batch is one thing. */
  readonly partial: boolean;
  readonly sandboxes: () => readonly HostingSandbox[];
}

export interface HostingSandbox extends Sandbox {
  readonly handler: KafkaHandler;
}

interface Cursor {
  readonly mapping: Mapping;
  readonly partition: number;
  /** The partition itself: it grows. */
  readonly records: readonly LogRecord[];
  committed: number;
  invocation: Invocation | undefined;
}

interface Invocation {
  readonly sandbox: HostingSandbox;
  readonly records: readonly LogRecord[];
  readonly cursors: readonly Cursor[];
  /** Nobody listens to its answer any more. */
  abandoned: boolean;
}

export interface Broker {
  /** Mappings that could hand out a batch now. */
  deliverable(): readonly Mapping[];
  deliver(mapping: Mapping): void;
  /** Gives up the batches of a sandbox that is dead or frozen: they come again. */
  abandon(sandbox: Sandbox): void;
  /** Reads partitions again from an older offset. */
  rewind(): void;
  /** Loses what is unread of a partition of tasks or responses: it expired, or offsets were reset to the end. */
  lose(): void;
  /** Nothing is in flight and nothing is left to read. */
  idle(): boolean;
  /** How often each record, `<topic>-<partition>-<offset>`, was handed out. */
  readonly deliveries: ReadonlyMap<string, number>;
}

export const placeOf = (record: Pick<LogRecord, 'topic' | 'partition' | 'offset'>): string =>
  `${record.topic}-${record.partition}-${record.offset}`;

export const functionTimeMs = 60_000;
const littleTimeMs = 4_000;

/** `passed` is told of the records whose offset is about to be committed. */
export function createBroker(
  world: World,
  log: MemoryLog,
  mappings: readonly Mapping[],
  passed: (records: readonly LogRecord[]) => void,
): Broker {
  const deliveries = new Map<string, number>();
  const encode = remembering();
  const all = mappings.flatMap((mapping) => cursorsOf(log, mapping));
  const of = new Map(
    mappings.map((mapping) => [mapping, all.filter((cursor) => cursor.mapping === mapping)]),
  );
  const waiting = (cursor: Cursor): boolean =>
    cursor.invocation === undefined && cursor.committed < cursor.records.length;

  const settle = (invocation: Invocation, failed: KafkaBatchResponse | undefined): void => {
    if (invocation.abandoned) return;
    for (const cursor of invocation.cursors) {
      cursor.invocation = undefined;
      const end = endOf(invocation, cursor, failed);
      if (end > cursor.committed && world.hostile && world.choices.chance(world.rates.redeliver ?? 0)) {
        world.note('redeliver', `${cursor.mapping.topic}-${cursor.partition} from ${cursor.committed}`);
      } else if (end > cursor.committed) {
        passed(log.records(cursor.mapping.topic, cursor.partition).slice(cursor.committed, end));
        cursor.committed = end; // BR2
      }
    }
  };

  return {
    deliveries,
    deliverable: () => mappings.filter((mapping) => of.get(mapping)?.some(waiting)),
    deliver(mapping) {
      const free = (of.get(mapping) ?? []).filter(waiting);
      const chosen = world.choices.chance(0.3) ? [free[world.choices.pick(free.length)] ?? free[0]] : free;
      const taken: Cursor[] = [];
      const records: LogRecord[] = [];
      for (const cursor of chosen) {
        if (cursor === undefined) continue;
        taken.push(cursor);
        records.push(...batchOf(world, cursor));
      }
      const sandboxes = mapping.sandboxes();
      const sandbox = sandboxes[world.choices.pick(sandboxes.length)];
      if (sandbox === undefined) return;
      const invocation: Invocation = { sandbox, records, cursors: taken, abandoned: false };
      for (const cursor of taken) cursor.invocation = invocation;
      for (const record of records) {
        const place = placeOf(record);
        deliveries.set(place, (deliveries.get(place) ?? 0) + 1);
      }
      world.note('batch', () => `${records.map(placeOf).join(' ')} to ${sandbox.name}`);
      const event = toKafkaEvent(records, { bootstrapServers: 'simulated:9092' }, encode);
      invoke(world, mapping, invocation, event, settle);
    },
    abandon(sandbox) {
      for (const cursor of all) {
        if (cursor.invocation?.sandbox !== sandbox) continue;
        cursor.invocation.abandoned = true;
        cursor.invocation = undefined; // BR3
      }
    },
    rewind() {
      const read = all.filter((cursor) => cursor.committed > 0 && cursor.invocation === undefined);
      const cursor = read[world.choices.pick(read.length)];
      if (cursor === undefined) return;
      cursor.committed = world.choices.pick(cursor.committed);
      world.note('rewind', `${cursor.mapping.topic}-${cursor.partition} to ${cursor.committed}`);
    },
    lose() {
      const unread = all.filter(
        (cursor) => waiting(cursor) && cursor.mapping.topic.startsWith('workflow.step.'),
      );
      const cursor = unread[world.choices.pick(unread.length)];
      if (cursor === undefined) return;
      cursor.committed = cursor.records.length;
      world.note('lostLog', `${cursor.mapping.topic}-${cursor.partition}`);
    },
    idle: () => all.every((cursor) => cursor.invocation === undefined && !waiting(cursor)),
  };
}

const cursorsOf = (log: MemoryLog, mapping: Mapping): readonly Cursor[] =>
  Array.from({ length: log.partitions(mapping.topic) }, (_, partition) => ({
    mapping,
    partition,
    records: log.records(mapping.topic, partition),
    committed: 0,
    invocation: undefined,
  }));

function batchOf(world: World, cursor: Cursor): readonly LogRecord[] {
  const records = cursor.records.slice(cursor.committed, cursor.committed + 100);
  return world.choices.chance(0.2) ? records.slice(0, 1 + world.choices.pick(records.length)) : records;
}

/** The next offset of this partition: the first record that failed, else past the last one. */
function endOf(invocation: Invocation, cursor: Cursor, failed: KafkaBatchResponse | undefined): number {
  const mine = invocation.records.filter((record) => record.partition === cursor.partition);
  if (failed === undefined) return cursor.committed;
  const name = `${cursor.mapping.topic}-${cursor.partition}`;
  const offsets = failed.batchItemFailures
    .filter(({ itemIdentifier }) => itemIdentifier.partition === name)
    .map(({ itemIdentifier }) => itemIdentifier.offset);
  return Math.min(...offsets, (mine.at(-1)?.offset ?? cursor.committed - 1) + 1);
}

function invoke(
  world: World,
  mapping: Mapping,
  invocation: Invocation,
  event: KafkaEvent,
  settle: (invocation: Invocation, failed: KafkaBatchResponse | undefined) => void,
): void {
  const { sandbox } = invocation;
  const short = world.hostile && world.choices.chance(world.rates.deadline ?? 0);
  if (short) world.note('deadline', sandbox.name);
  const endsAt = world.now + (short ? littleTimeMs : functionTimeMs);
  const context = {
    awsRequestId: 'simulated',
    functionName: sandbox.name,
    getRemainingTimeInMillis: () => endsAt - world.now,
  };
  sandbox.handler(event, context).then(
    (answer) => {
      if (sandbox.status !== 'dead') settle(invocation, mapping.partial ? answer : { batchItemFailures: [] });
    },
    (error: unknown) => {
      if (sandbox.status === 'dead') return;
      world.note('batch failed', error instanceof Error ? error.message.slice(0, 120) : String(error));
      if (!isInfrastructure(error)) world.note('violation', `${sandbox.name} let escape: ${String(error)}`);
      settle(invocation, undefined);
    },
  );
}

/** A record is handed out twice on average, and is the same each time. */
function remembering(): (record: LogRecord) => KafkaEventRecord {
  const made = new Map<LogRecord, KafkaEventRecord>();
  return (record) => {
    const known = made.get(record) ?? eventRecord(record);
    made.set(record, known);
    return known;
  };
}

const isInfrastructure = (error: unknown): boolean =>
  error instanceof Error && error.name === 'InfrastructureError';
