/**
 * One batch on its way through the rounds of load, fold, store, publish and follow-up.
 * Mutable and local to one invocation.
 */
import { type RunId } from '#core/ids.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import {
  type AgentCatalog,
  type Cause,
  type Clock,
  type LogProducer,
  type Logger,
  type Random,
  type Store,
} from '#core/ports.ts';
import { type Definitions } from './definitions.ts';
import { type Entry } from './entry.ts';
import { type Folded } from './fold.ts';
import { type Incoming } from './incoming.ts';
import { type RunCache } from './run-cache.ts';

export interface BatchDeps {
  readonly log: LogProducer;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly keys: CapabilityKeys;
  readonly agents: AgentCatalog;
  readonly definitions: Definitions;
  readonly cache: RunCache;
  readonly storeAndSend: JointWrites['storeAndSend'];
  /** Commits between two snapshots of a run. */
  readonly snapshotEvery: number;
}

/** A run in this batch. */
export interface Work {
  readonly runId: RunId;
  /** Not taken in yet. */
  inputs: readonly Incoming[];
  /** An earlier commit of this batch left ready work. */
  carryOn: boolean;
  /** What caused the commit that is carried on from: the next one names it too, so that its effects heal alike. */
  carriedCauses: readonly Cause[];
  entry: Entry | undefined;
  /** The state was read from the primary in this invocation, or proved by an insert in it. */
  fromPrimary: boolean;
  /** Only a tombstone is left. */
  tombstone: boolean;
}

/** A run whose inputs were folded in this round. */
export interface Turn {
  readonly work: Work;
  readonly folded: Folded;
}
