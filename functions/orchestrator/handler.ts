/**
 * The orchestrator step handler: Kafka records in, commits and effects out (see `advance-runs.ts`).
 * H1. The batch is one thing: all of it is done, or `InfrastructureError` makes it come again.
 */
import { type CapabilityKeys } from '#core/capability.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import { recordsOf } from '#core/kafka-records.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import {
  type AgentCatalog,
  type Clock,
  type Log,
  type Logger,
  type Random,
  type Store,
} from '#core/ports.ts';
import { putDeadLetters } from '../dead-letters.ts';
import { storeThenSend } from '../writes-in-turn.ts';
import { advanceRuns } from './advance-runs.ts';
import { createDefinitions } from './definitions.ts';
import { readInputs } from './read-inputs.ts';
import { createRunCache } from './run-cache.ts';

export interface OrchestratorDeps {
  readonly log: Pick<Log, 'publish'>;
  readonly store: Store;
  /** Where log and store are one; else they are written in turn. */
  readonly joint?: Pick<JointWrites, 'storeAndSend'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly keys: CapabilityKeys;
  readonly agents: AgentCatalog;
  readonly storeRetentionMs: number;
  /** Commits between snapshots; 50 unless given. */
  readonly snapshotEvery?: number;
  /** Live runs kept in memory; 2,000 unless given, 0 for none. */
  readonly cachedRuns?: number;
}

/** Left of the function's time, below this no further round begins. */
const marginMs = 5_000;

export function createHandler(deps: OrchestratorDeps): KafkaHandler {
  const definitions = createDefinitions(deps.store.definitions);
  const cache = createRunCache(deps.cachedRuns ?? 2_000);
  const storeAndSend = deps.joint?.storeAndSend ?? storeThenSend(deps.log, deps.store);
  const batchDeps = { ...deps, definitions, cache, storeAndSend, snapshotEvery: deps.snapshotEvery ?? 50 };
  const readDeps = { ...deps, definitions };
  return async (event, context) => {
    const records = recordsOf(event);
    if (!records.ok) throw new InfrastructureError(`${records.problem.code}: ${records.problem.message}`);
    const { inputs, poison } = await readInputs(readDeps, records.value);
    if (poison.length > 0)
      await putDeadLetters({ log: deps.log, blobs: deps.store.blobs, logger: deps.logger }, poison);
    await advanceRuns(batchDeps, inputs, () => context.getRemainingTimeInMillis() < marginMs);
    return { batchItemFailures: [] };
  };
}
