/**
 * Feeds one function from one topic the way an event source mapping of AWS Lambda does.
 * M1. A batch holds records of every partition that is free, in offset order within each; a partition has at most
 *     one batch in flight. What arrives for a busy partition waits and is merged into its next batch.
 * M2. While a batch is young, what arrives for other partitions waits for it too: one merged batch costs a quick
 *     handler less than several small ones. What is young depends on how long its batches take. A slow handler gets
 *     further batches of the free partitions beside it.
 * M3. What becomes of a batch: settlement.ts. An invocation past its timeout has failed, whatever it still does.
 * M4. Once stopped, nothing is handed out and nothing more is committed: what was not finished comes again.
 * Source: AWS Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources".
 */
import { endsWithin } from '#adapters/timers.ts';
import { toKafkaEvent } from '#core/kafka-records.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { type Clock, type LogConsumer, type Logger, type LogRecord } from '#core/ports.ts';
import { type MappingSpec } from '#infra/topology.ts';
import { invoke } from './invocation.ts';
import { refuseMapping } from './mapping-limits.ts';
import { createOffsetCommits, type OffsetCommits } from './offset-commits.ts';
import {
  type Batch,
  createPartitionQueues,
  type PartitionQueue,
  type PartitionQueues,
} from './partition-queue.ts';
import { backoffMs, createSettlement, type Settlement } from './settlement.ts';
import { type Alarm, createAlarm, pause, systemTimers, type Timers } from './timers.ts';

export interface MappingOptions {
  readonly mapping: MappingSpec;
  readonly consumer: LogConsumer;
  readonly handler: KafkaHandler;
  readonly functionName: string;
  /** The function's timeout, milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** As the event names them. */
  readonly bootstrapServers: string;
  /** The cluster of Amazon MSK that the event names; absent: a self-managed cluster. */
  readonly eventSourceArn?: string;
  readonly timers?: Timers;
  /** Batches at once, of disjoint partitions. Default 16. */
  readonly maxInFlight?: number;
}

export interface Mapping {
  /**
   * No new batch from now on. Waits up to `graceMs` (default 8000) for batches in flight; one that takes longer is
   * given back uncommitted. Then commits what is done and closes the consumer, for which a second more is left: a log
   * that hangs does not hold up the end, and what it was not told comes again.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  /** Resolves once stopped; rejects if the mapping itself broke, which is a bug. */
  readonly done: Promise<void>;
}

/**
 * A batch younger than this, or than twice what batches of a quick handler usually take, is waited for, instead of
 * opening another beside it (M2). So much is lost at most where it hangs.
 */
const youngMs = 20;
const quickMs = 150;
/** The invocation payload limit of 6 MB, less what surrounds the records. */
const maxEventBytes = 6 * 1024 * 1024 - 8 * 1024;
/** Read ahead at most; beyond it a blocked partition holds up the others, whose records are behind its own. */
const heldRecords = 10_000;
const heldBytes = 32 * 1024 * 1024;
/** To commit and to leave the group, beside what of the grace is left. */
const partingMs = 1_000;
/** How long a mapping may keep the thread before everything else of the process has its turn. */
const turnMs = 10;

interface Running {
  readonly options: MappingOptions;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly queues: PartitionQueues;
  readonly commits: OffsetCommits;
  readonly settlement: Settlement;
  readonly alarm: Alarm;
  readonly inFlight: Set<Promise<void>>;
  readonly stopping: AbortController;
  readonly broken: PromiseWithResolvers<never>;
  /** When the latest batch was handed out. */
  launchedAt: number;
  /** What batches took lately, the latest counting most. */
  usualMs: number;
  /** Wakes the reader, if it waits for room. */
  roomCame: () => void;
  closed: boolean;
}

/** Throws `InfrastructureError` for a mapping that AWS would refuse or understand otherwise (mapping-limits.ts). */
export function startMapping(options: MappingOptions): Mapping {
  refuseMapping(options);
  const running = prepare(options);
  const reading = read(running);
  reading.catch(running.broken.reject);
  const stopped = Promise.withResolvers<void>();
  const done = Promise.race([stopped.promise, running.broken.promise]);
  // Whoever watches `done` hears of it; a mapping nobody watches must not end the process.
  done.catch(() => undefined);
  let stopping: Promise<void> | undefined;
  return {
    done,
    stop: ({ graceMs = 8_000 } = {}) =>
      (stopping ??= stop(running, reading, graceMs).then(stopped.resolve, (error: unknown) => {
        stopped.resolve();
        throw error;
      })),
  };
}

function prepare(options: MappingOptions): Running {
  const { mapping, clock } = options;
  const timers = options.timers ?? systemTimers;
  const logger = options.logger.child({ function: options.functionName, topic: mapping.topic });
  const queues = createPartitionQueues({ ...mapping, maxBytes: maxEventBytes });
  const commits = createOffsetCommits(options.consumer, logger);
  const running: Running = {
    options,
    timers,
    logger,
    queues,
    commits,
    settlement: createSettlement({ mapping, queues, commits, clock, logger }),
    alarm: createAlarm(
      timers,
      () => clock.now(),
      () => guarded(running, () => dispatch(running)),
    ),
    inFlight: new Set(),
    stopping: new AbortController(),
    broken: Promise.withResolvers<never>(),
    launchedAt: 0,
    usualMs: 0,
    roomCame: () => undefined,
    closed: false,
  };
  return running;
}

/** Hands out what can be handed out. Called whenever something came, was settled or is due. */
function dispatch(running: Running): void {
  const { options, queues, inFlight, alarm } = running;
  while (!running.stopping.signal.aborted && inFlight.size < (options.maxInFlight ?? 16)) {
    const now = options.clock.now();
    const ready = queues.ready(now);
    for (const queue of ready) running.settlement.dropHopeless(queue);
    if (inFlight.size > 0 && now < youngUntil(running) && waiting(ready) < options.mapping.batchSize) {
      if (ready.length > 0) alarm.ringAt(youngUntil(running));
      break;
    }
    const taken = queues.take(now);
    if (taken.type === 'wait') alarm.ringAt(taken.at);
    if (taken.type !== 'batch') break;
    running.launchedAt = now;
    launch(running, taken.batch);
  }
  running.roomCame();
}

const youngUntil = ({ launchedAt, usualMs }: Running): number =>
  launchedAt + (usualMs > quickMs ? youngMs : Math.max(youngMs, 2 * usualMs));

function launch(running: Running, batch: Batch): void {
  const { options, timers, inFlight } = running;
  const begunAt = options.clock.now();
  const event = toKafkaEvent(batch.records, options);
  const settled = invoke((context) => options.handler(event, context), { ...options, timers }).then(
    (outcome) => {
      inFlight.delete(settled);
      running.usualMs += (options.clock.now() - begunAt - running.usualMs) / 4;
      if (running.closed) return;
      running.settlement.settle(batch, outcome);
      dispatch(running);
    },
  );
  inFlight.add(settled);
  settled.catch(running.broken.reject);
}

async function read(running: Running): Promise<void> {
  const { options, queues } = running;
  const poll = createPoll(running);
  let turnedAt = options.clock.now();
  while (!running.stopping.signal.aborted) {
    if (isFull(running)) {
      await new Promise<void>((resolve) => (running.roomCame = resolve));
      continue;
    }
    const records = await poll();
    const now = options.clock.now();
    if (records.length > 0) {
      queues.add(records, now);
      dispatch(running);
    }
    if (now - turnedAt >= turnMs) {
      // A log that always has more would otherwise keep timers, sockets and signals waiting.
      await running.timers.turn();
      turnedAt = options.clock.now();
    }
  }
}

/** Enough waits for free partitions, or too much is held. Records of busy partitions do not stop the others. */
function isFull({ queues, options }: Running): boolean {
  const held = queues.size();
  if (held.records >= heldRecords || held.bytes >= heldBytes) return true;
  return waiting(queues.ready(options.clock.now())) >= 2 * options.mapping.batchSize;
}

function waiting(queues: readonly PartitionQueue[]): number {
  let records = 0;
  for (const queue of queues) records += queue.entries.length;
  return records;
}

/** Polls without ever failing: what the log could not give is logged, and asked for again after a while. */
function createPoll({ options, timers, logger, stopping }: Running): () => Promise<readonly LogRecord[]> {
  const maxRecords = Math.max(options.mapping.batchSize, 100);
  const signal = stopping.signal;
  let failures = 0;
  return async () => {
    try {
      const records = await options.consumer.poll({ maxRecords, maxWaitMs: 30_000, signal });
      failures = 0;
      return records;
    } catch (error) {
      failures += 1;
      logger.warn({ error, failures }, 'the log could not be read; trying again');
      await pause(timers, backoffMs(failures), signal);
      return [];
    }
  };
}

async function stop(running: Running, reading: Promise<void>, graceMs: number): Promise<void> {
  const { timers, logger, commits, options } = running;
  const until = options.clock.now() + graceMs;
  running.stopping.abort();
  running.roomCame();
  running.alarm.off();
  await reading.catch(() => undefined);
  await endsWithin(timers, graceMs, Promise.allSettled(running.inFlight));
  running.closed = true;
  if (running.inFlight.size > 0) logger.warn({ batches: running.inFlight.size }, 'batches given back');
  const left = (): number => Math.max(0, until - options.clock.now());
  const committed = await endsWithin(timers, left() + partingMs / 2, commits.flush());
  const closing = options.consumer.close();
  if (committed && (await endsWithin(timers, left() + partingMs / 2, closing))) return;
  logger.warn({}, 'the log does not answer; its group was not left in form');
  closing.catch(() => undefined);
}

function guarded(running: Running, run: () => void): void {
  try {
    run();
  } catch (error) {
    running.broken.reject(error);
  }
}
