/**
 * What becomes of a batch once its invocation has ended: done, to come again, or dropped.
 * S1. Done, and committed, is only what succeeded: per partition, everything before its first failed record.
 * S2. Failed records come again, first, after a delay that doubles to some seconds; never in a busy loop.
 * S3. Records beyond the mapping's retries or age are dropped, each with a log line, and committed past. Every failed
 *     invocation counts against each record it held, as on AWS.
 * Source: AWS Lambda Developer Guide, "Configuring error handling controls for Kafka event sources".
 */
import { InfrastructureError } from '#core/failure.ts';
import { type Clock, type Logger } from '#core/ports.ts';
import { type MappingSpec } from '#infra/topology.ts';
import { type FailedFrom, readAnswer } from './batch-answer.ts';
import { type Invoked } from './invocation.ts';
import { type OffsetCommits } from './offset-commits.ts';
import { type Batch, type Entry, type PartitionQueue, type PartitionQueues } from './partition-queue.ts';

export interface Settlement {
  settle(batch: Batch, outcome: Invoked): void;
  /** S3, for what waits at the head of a queue. */
  dropHopeless(queue: PartitionQueue): void;
}

export interface SettlementDeps {
  readonly mapping: MappingSpec;
  readonly queues: PartitionQueues;
  readonly commits: OffsetCommits;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createSettlement(deps: SettlementDeps): Settlement {
  const { commits, clock } = deps;
  return {
    settle: (batch, outcome) => {
      const failedFrom = failures(outcome, batch, deps);
      for (const queue of batch.queues) {
        giveBack(deps, queue, failedFrom, clock.now());
        dropHopeless(deps, queue);
      }
      commits.start();
    },
    dropHopeless: (queue) => {
      if (dropHopeless(deps, queue)) commits.start();
    },
  };
}

/** Which records failed: by partition, or all. Says so in the log. */
function failures(outcome: Invoked, batch: Batch, { mapping, logger }: SettlementDeps): FailedFrom | 'all' {
  const fields = { records: batch.records.length };
  switch (outcome.type) {
    case 'timedOut':
      logger.error(
        { ...fields, error: 'Sandbox.Timedout', timeoutMs: outcome.timeoutMs },
        'invocation timed out; its batch comes again',
      );
      return 'all';
    case 'threw':
      if (outcome.error instanceof InfrastructureError)
        logger.warn({ ...fields, error: outcome.error }, 'invocation failed; its batch comes again');
      else logger.error({ ...fields, error: outcome.error }, 'invocation threw; its batch comes again');
      return 'all';
    case 'answered': {
      const failed = readAnswer(outcome.answer, batch.records, mapping.partialResponses);
      if (!failed.ok)
        logger.error({ ...fields, problem: failed.problem }, 'answer malformed; its batch comes again');
      else if (failed.value.size > 0)
        logger.debug({ ...fields, partitions: failed.value.size }, 'records come again');
      return failed.ok ? failed.value : 'all';
    }
  }
}

function giveBack(
  deps: SettlementDeps,
  queue: PartitionQueue,
  failedFrom: FailedFrom | 'all',
  now: number,
): void {
  const from = failedFrom === 'all' ? -1 : (failedFrom.get(queue.partition) ?? Infinity);
  const taken = queue.entries.slice(0, queue.taken);
  const firstFailed = taken.findIndex((entry) => entry.record.offset >= from);
  const succeeded = firstFailed === -1 ? taken.length : firstFailed;
  queue.taken = 0;
  finish(deps, queue, succeeded);
  for (const entry of taken.slice(succeeded)) entry.attempts += 1;
  // Progress starts the delays over: the record that fails now is another one.
  if (succeeded === taken.length) queue.failures = 0;
  else queue.failures = succeeded > 0 ? 1 : queue.failures + 1;
  queue.notBefore = queue.failures === 0 ? 0 : now + backoffMs(queue.failures);
}

function finish({ queues, commits }: SettlementDeps, queue: PartitionQueue, count: number): readonly Entry[] {
  const gone = queues.remove(queue, count);
  const last = gone.at(-1);
  if (last !== undefined) commits.add(queue.partition, last.record.offset + 1);
  return gone;
}

/** Earlier records have failed at least as often as later ones and are mostly older: looking at the head is enough. */
function dropHopeless(deps: SettlementDeps, queue: PartitionQueue): boolean {
  const reasonOf = (entry: Entry) => hopeless(entry, deps.mapping, deps.clock.now());
  const keep = queue.entries.findIndex((entry) => reasonOf(entry) === undefined);
  const count = keep === -1 ? queue.entries.length : keep;
  if (count === 0) return false;
  for (const entry of finish(deps, queue, count)) {
    const { topic, partition, offset } = entry.record;
    deps.logger.error({ topic, partition, offset, reason: reasonOf(entry) }, 'record dropped');
  }
  if ((queue.entries[0]?.attempts ?? 0) === 0) Object.assign(queue, { failures: 0, notBefore: 0 });
  return true;
}

function hopeless(
  entry: Entry,
  mapping: MappingSpec,
  now: number,
): 'retries exhausted' | 'too old' | undefined {
  const { maximumRetryAttempts: retries, maximumRecordAgeSeconds: age } = mapping;
  if (retries !== -1 && entry.attempts > retries) return 'retries exhausted';
  const { timestamp } = entry.record;
  // Kafka has -1 for records without a timestamp: nobody knows how old they are.
  return age !== -1 && timestamp !== -1 && now - timestamp > age * 1000 ? 'too old' : undefined;
}

/** 50 ms, 100 ms … 5 s. */
export const backoffMs = (failures: number): number => Math.min(5_000, 50 * 2 ** Math.min(failures - 1, 10));
