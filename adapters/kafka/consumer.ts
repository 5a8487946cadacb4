/**
 * The `LogConsumer` of Kafka: survives its memberships. When one is lost, the next poll says why, and the one after it
 * joins again; nothing that was handed out is given again (progress.ts).
 */
import { type LogConsumer, type Logger } from '#core/ports.ts';
import { type Kafka } from 'kafkajs';
import { endsWithin, systemTimers } from '../timers.ts';
import { type Attempt, consumerClosed, guarded, isSettling, kafkaError } from './kafka-error.ts';
import { joinGroup, type Membership } from './membership.ts';
import { createProgress } from './progress.ts';
import { createReadAhead } from './read-ahead.ts';

export interface ConsumerOptions {
  readonly client: () => Kafka;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly logger: Logger;
}

/** Leaving a group waits for the fetch under way; after so long the broker finds out by itself. */
const leaveMs = 8_000;
const settleMs = 15_000;
/** Offsets are committed at most this often: a busy member would else ask the broker as often as it takes records. */
const commitEveryMs = 200;

export async function openConsumer(options: ConsumerOptions): Promise<LogConsumer> {
  const { topic, group, brokers, logger } = options;
  const attempt = (action: string): Attempt => ({ action: `${action} ${topic} as ${group}`, brokers, topic });
  const [progress, ahead] = [createProgress(), createReadAhead()];
  let closed = false;
  let committedAt = -Infinity;
  let member: Membership | undefined;
  let joining: Promise<void> | undefined;

  const join = (): Promise<void> =>
    (joining ??= guarded(attempt('read'), async () => {
      const parts = { ...options, client: options.client(), progress, ahead };
      member = await onceSettled(
        () => joinGroup(parts),
        () => closed,
      );
    }).finally(() => (joining = undefined)));
  const endIfLost = (): void => {
    const lost = member?.lost();
    if (lost === undefined) return;
    member = undefined;
    ahead.clear();
    throw kafkaError(lost.error, attempt('read'));
  };

  await join();
  return {
    async poll({ maxRecords, maxWaitMs, signal }) {
      if (closed) throw consumerClosed(topic, group);
      const deadline = performance.now() + maxWaitMs;
      while (signal?.aborted !== true) {
        endIfLost();
        if (member === undefined) await untilAborted(join(), signal);
        const records = ahead.take(maxRecords);
        for (const record of records) progress.handedOut(record.partition, record.offset + 1);
        const left = deadline - performance.now();
        if (records.length > 0 || left <= 0) return records;
        await ahead.forRecords(left, signal);
        if (isTrue(closed)) return [];
      }
      return [];
    },
    async commit(positions) {
      const early = committedAt + commitEveryMs - performance.now();
      if (early > 0 && !closed) await new Promise((resolve) => setTimeout(resolve, early));
      committedAt = performance.now();
      // Of a partition that went to another member nothing is remembered: its records come again there.
      const owned = positions.filter(({ partition }) => progress.owns(partition));
      if (owned.length < positions.length)
        logger.debug({ topic, group, positions }, 'partitions went to another member; not committed');
      if (owned.length === 0) return;
      await guarded(attempt('commit offsets of'), async () => {
        if (member === undefined) throw new Error('the group was left and not joined again yet');
        await member.commit(owned);
      });
      for (const { partition, nextOffset } of owned) progress.committed(partition, nextOffset);
    },
    async close() {
      closed = true;
      ahead.clear();
      ahead.wake();
      await joining?.catch(() => undefined);
      await leave(member, options);
      member = undefined;
    },
  };
}

/** Tries again for as long as brokers may take to find their groups. */
async function onceSettled<T>(work: () => Promise<T>, givenUp: () => boolean): Promise<T> {
  const deadline = performance.now() + settleMs;
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (!isSettling(error) || givenUp() || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** A call, because the compiler takes a variable it has compared once for settled. */
const isTrue = (value: boolean): boolean => value;

/** Joining may take a while, and goes on for the next poll. */
function untilAborted(joining: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return joining;
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve();
    signal.addEventListener('abort', stop, { once: true });
    joining.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function leave(
  member: Membership | undefined,
  { logger, topic, group }: ConsumerOptions,
): Promise<void> {
  if (member === undefined || member.lost() !== undefined) return;
  const left = member.leave().catch((error: unknown) => {
    logger.debug({ error, topic, group }, 'the consumer group was not left in form');
  });
  await endsWithin(systemTimers, leaveMs, left);
}
