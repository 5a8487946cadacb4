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
  const { topic, ahead, progress } = options;
  const consumer = openConsumer(options);
  progress.begun();
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
        return takeBatch(options, consumer, payload);
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
      // About as long as a group takes to find another coordinator, and well within its session: a member that gave up
      // sooner would come back as another one, and wait with the whole group until its old session is over.
      retries: 7,
      // The one who polls hears of it, and joins again with the next poll.
      restartOnFailure: async () => false,
    },
  });

/**
 * What was read ahead goes with every new assignment: what is still this member's is read again from the committed
 * offsets. Until there is one it is only held back: where joining fails, reading goes on behind it.
 */
function watchGroup(consumer: Consumer, { topic, group, ahead, progress, logger }: MembershipOptions): void {
  const { REBALANCING, GROUP_JOIN } = consumer.events;
  consumer.on(REBALANCING, () => ahead.hold());
  consumer.on(GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    ahead.clear();
    progress.assigned(partitions);
    logger.debug({ topic, group, partitions }, 'joined the consumer group');
  });
}

async function takeBatch(
  { topic, group, ahead, progress, logger }: MembershipOptions,
  consumer: Consumer,
  payload: EachBatchPayload,
): Promise<void> {
  const { batch } = payload;
  const { partition, messages } = batch;
  // Fetched before the place was set to which reading goes back.
  if (payload.isStale()) return;
  const offsets = messages.map(({ offset }) => Number(offset));
  const missing = progress.missingBefore(partition, offsets[0] ?? 0);
  if (missing !== undefined) {
    logger.info(
      { topic, group, partition, from: missing, came: offsets[0] },
      'reading again what was dropped',
    );
    consumer.seek({ topic, partition, offset: String(missing) });
    return;
  }
  const fresh = messages.slice(progress.firstNew(partition, offsets));
  ahead.add(fresh.map((message) => toRecord(topic, partition, message)));
  payload.resolveOffset(batch.lastOffset());
  // Nothing more is fetched until there is room; the group hears from this member meanwhile.
  while (payload.isRunning() && ahead.isFull()) {
    await ahead.forRoom(heartbeatMs);
    await payload.heartbeat();
  }
}
