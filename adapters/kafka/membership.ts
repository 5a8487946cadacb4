/**
 * One membership in a consumer group, from joining it until it is left or lost. kafkajs fetches, sends heartbeats and
 * joins again after a rebalance, all beside what the records are used for; when it gives up, the membership is lost.
 */
import { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { type LogConsumer, type Logger } from '#core/ports.ts';
import { type Progress } from './progress.ts';
import { type ReadAhead } from './read-ahead.ts';
import { toRecord } from './record.ts';

export interface MembershipOptions {
  readonly client: Kafka;
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly progress: Progress;
  readonly ahead: ReadAhead;
  readonly logger: Logger;
}

export interface Membership {
  /** Why it was lost, if it was. */
  readonly lost: () => { readonly error: unknown } | undefined;
  /** Throws what kafkajs throws. */
  commit(positions: Positions): Promise<void>;
  leave(): Promise<void>;
}
type Positions = Parameters<LogConsumer['commit']>[0];

/** An idle fetch, and so leaving the group, takes at most this long. */
const maxWaitMs = 500;
/** A member hears of a rebalance with a heartbeat; the others wait for it. */
const heartbeatMs = 1_000;

/** Resolves once the group has a place for this member. Throws what kafkajs throws. */
export async function joinGroup(options: MembershipOptions): Promise<Membership> {
  const { topic, ahead } = options;
  const consumer = openConsumer(options);
  const state: { lost?: { readonly error: unknown } } = {};
  let strictCommit: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    state.lost = { error: payload.error };
    ahead.wake();
  });
  watchGroup(consumer, options);
  const leave = async (): Promise<void> => {
    await consumer.disconnect();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => {
        strictCommit = (offsets) => payload.commitOffsetsIfNecessary(offsets);
        return takeBatch(options, payload);
      },
    });
    throwIfLost(state);
  } catch (error) {
    await leave().catch(() => undefined);
    throw error;
  }
  return {
    lost: () => state.lost,
    leave,
    async commit(positions) {
      const offsets = positions.map(({ partition, nextOffset }) => ({
        partition,
        offset: String(nextOffset),
      }));
      // Not retried under another generation of the group, where the partition may be somebody else's.
      if (strictCommit !== undefined) await strictCommit({ topics: [{ topic, partitions: offsets }] });
      else await consumer.commitOffsets(offsets.map((offset) => ({ topic, ...offset })));
      throwIfLost(state);
    },
  };
}

/** kafkajs commits nothing, and says nothing, once it has given up. */
function throwIfLost({ lost }: { readonly lost?: { readonly error: unknown } }): void {
  if (lost !== undefined) throw lost.error;
}

const openConsumer = ({ client, group, sessionTimeoutMs }: MembershipOptions): Consumer =>
  client.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: 60_000,
    heartbeatInterval: Math.min(heartbeatMs, sessionTimeoutMs / 3),
    maxWaitTimeInMs: maxWaitMs,
    maxBytesPerPartition: 1024 * 1024,
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      retries: 4,
      // The one who polls hears of it, and joins again with the next poll.
      restartOnFailure: async () => false,
    },
  });

/** What was read ahead goes with every change: what is still this member's is read again from the committed offsets. */
function watchGroup(consumer: Consumer, { topic, group, ahead, progress, logger }: MembershipOptions): void {
  const { REBALANCING, GROUP_JOIN } = consumer.events;
  consumer.on(REBALANCING, () => ahead.clear());
  consumer.on(GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    ahead.clear();
    progress.assigned(partitions);
    logger.debug({ topic, group, partitions }, 'joined the consumer group');
  });
}

async function takeBatch(
  { topic, ahead, progress }: MembershipOptions,
  payload: EachBatchPayload,
): Promise<void> {
  const { batch } = payload;
  const { partition, messages } = batch;
  const offsets = messages.map(({ offset }) => Number(offset));
  const fresh = messages.slice(progress.firstNew(partition, offsets));
  ahead.add(fresh.map((message) => toRecord(topic, partition, message)));
  payload.resolveOffset(batch.lastOffset());
  // Nothing more is fetched until there is room; the group hears from this member meanwhile.
  while (payload.isRunning() && ahead.isFull()) {
    await ahead.forRoom(heartbeatMs);
    await payload.heartbeat();
  }
}
