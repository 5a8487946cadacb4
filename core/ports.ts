/**
 * What the handlers need from outside, as interfaces. Adapters implement them, `tests/contract` proves them.
 * Every method throws `InfrastructureError`, and nothing else, when the outside thing fails or its answer is unclear.
 */
import { type JsonObject } from './json.ts';
import { type Failure } from './failure.ts';
import { type RunId } from './ids.ts';
import { type InvocationStore } from './invocation-store.ts';
import { type BlobRef } from './payload.ts';
import { type LiveStatus, type RowStatus } from './row-status.ts';
import { type RunEvent, type SnapshotState } from './run/types.ts';

/** Milliseconds since 1970, UTC. */
export interface Clock {
  now(): number;
}
/** A number in [0, 1), and a fresh random id for owners of leases. */
export interface Random {
  next(): number;
  id(): string;
}

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}
export type LogFields = Readonly<Record<string, unknown>>;

// ---------------------------------------------------------------- log

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

export interface LogProducer {
  /** Appends all records, each key's in order, acknowledged by all replicas (durable) on return. Splits as it must. */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
}

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds, given by the broker; by the producer, who may say anything, where `timestampType` is there. */
  readonly timestamp: number;
  readonly timestampType?: 'CREATE_TIME';
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Names may repeat. */
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** One member of a consumer group on one topic. Reading moves on; only `commit` is remembered. */
export interface LogConsumer {
  /** Records not yet handed out, each partition's in order. Waits up to `maxWaitMs` for one; `[]` if none came or `signal` aborted. */
  poll(options: {
    maxRecords: number;
    maxWaitMs: number;
    signal?: AbortSignal;
  }): Promise<readonly LogRecord[]>;
  /** Remembers, per partition this member still has, where to go on after a restart. Need not be durable on return. */
  commit(positions: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void>;
  close(): Promise<void>;
}

export interface Log extends LogProducer {
  /** Starts at the group's committed offsets, else at the beginning (TRIM_HORIZON). Fails on an unknown topic. */
  consumer(options: { topic: string; group: string }): Promise<LogConsumer>;
  /** Reads a topic from `from` without a group, for people: all partitions merged by time. Ends at the end unless `follow`. */
  read(options: {
    topic: string;
    from: 'beginning' | 'end';
    follow: boolean;
    signal?: AbortSignal;
  }): AsyncIterable<LogRecord>;
  /** Creates what is missing, changes nothing else. */
  createTopics(topics: readonly { readonly name: string; readonly partitions: number }[]): Promise<void>;
  topics(): Promise<readonly { readonly name: string; readonly partitions: number }[]>;
}

// ---------------------------------------------------------------- commits

export const commitSchema = 1;

export interface Cause {
  readonly source: string;
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** One decision, stored by one insert: compare-and-set, outbox and history at once. */
export interface Commit {
  readonly schema: number;
  readonly runId: RunId;
  /** 1 for the first. */
  readonly version: number;
  /** `digestOf` of the previous commit; absent for the first. */
  readonly parent?: string;
  readonly causes: readonly Cause[];
  readonly events: readonly RunEvent[];
  /** Effects of every version up to this one were acknowledged, or need no sending any more, when this was written. */
  readonly published: number;
  readonly at: number;
}

export interface Snapshot {
  readonly schema: number;
  readonly runId: RunId;
  readonly version: number;
  /** Digest of the commit of that version. */
  readonly head: string;
  readonly published: number;
  readonly state: SnapshotState;
  /**
   * The commits above `published`, up to `version`, that may still have to be sent, ascending. Absent where they are too
   * long to carry (or an older version wrote the snapshot): then loading reads them.
   */
  readonly open?: readonly Commit[];
}

/** What loading a run gives. `commits` go from `loadedAbove` its snapshot (or 0) on, ascending, without gap. */
export interface StoredRun {
  readonly snapshot?: Snapshot;
  readonly commits: readonly Commit[];
  /** The first of its commits (or its snapshot) whose text cannot be read, by name; nothing else of it counts then. */
  readonly damaged?: string;
  /** The run ended, its retention passed, and only its tombstone is left. */
  readonly tombstone: boolean;
  readonly quarantined: boolean;
}

export interface CommitStore {
  /**
   * Inserts each commit on its own (unordered): `stored`, or `conflict` where that version exists already with other
   * content. Durable on return. An unclear outcome is resolved by reading back; if that fails too, it throws.
   */
  insert(commits: readonly Commit[]): Promise<readonly ('stored' | 'conflict')[]>;
  /** Reads at the primary. A run without commits and without row is absent from the map. */
  load(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, StoredRun>>;
  /** The whole history, for people. */
  history(runId: RunId): Promise<readonly Commit[]>;
  /** They only shorten loading: a store leaves out what is too large for it, instead of failing. */
  putSnapshots(snapshots: readonly Snapshot[]): Promise<void>;
}

// ---------------------------------------------------------------- run index (read model and timers)

export interface RunRow {
  readonly runId: RunId;
  readonly workflow: string;
  readonly digest?: string;
  readonly status: RowStatus;
  readonly version: number;
  readonly wakeAt?: number;
  readonly armedBy: number;
  readonly wakeSentAt?: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly tenant: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly error?: Failure;
}

/** The writes the engine makes to a row; the adapter sends all of one call together. */
export type RunWrite =
  /** Before the first commit: inserts with `armedBy: 0, version: 0`, or, if the row exists, takes the earlier `wakeAt`. */
  | {
      readonly type: 'begin';
      readonly row: Omit<RunRow, 'armedBy' | 'status' | 'version' | 'wakeSentAt' | 'endedAt'>;
    }
  /** Before a commit with an earlier deadline: min wakeAt, max armedBy, unset wakeSentAt. Live rows only. */
  | { readonly type: 'arm'; readonly runId: RunId; readonly wakeAt: number; readonly version: number }
  /** After a wake's commit: only where armedBy < version: set or remove wakeAt, armedBy = version, unset wakeSentAt. */
  | { readonly type: 'rearm'; readonly runId: RunId; readonly wakeAt?: number; readonly version: number }
  /** After a commit since which only people are waited for, or no more: only live rows whose version is lower. */
  | { readonly type: 'status'; readonly runId: RunId; readonly status: LiveStatus; readonly version: number }
  /** After the last commit: written whatever is there; no wakeAt, no wakeSentAt. Creates the row if it is missing. */
  | {
      readonly type: 'end';
      readonly row: RunRow & {
        readonly status: 'completed' | 'failed' | 'cancelled';
        readonly endedAt: number;
      };
    }
  /** A wake that found no commit: wakeAt later, wakeSentAt unset, only where armedBy < 2. */
  | { readonly type: 'postpone'; readonly runId: RunId; readonly wakeAt: number }
  /** A bug or a broken chain: status `quarantined`, no wakeAt. `release` puts a live row back and makes it due. */
  | { readonly type: 'quarantine'; readonly runId: RunId; readonly error: Failure }
  | { readonly type: 'release'; readonly runId: RunId; readonly wakeAt: number };

export interface RunIndex {
  write(writes: readonly RunWrite[]): Promise<void>;
  get(runId: RunId): Promise<RunRow | undefined>;
  /** Newest first. */
  list(filter: {
    readonly status?: RowStatus;
    readonly workflow?: string;
    readonly idPrefix?: string;
    readonly limit: number;
  }): Promise<readonly RunRow[]>;
  /** Sets `wakeSentAt = now` on rows due (wakeAt ≤ now, not sent or sent before `now - resendAfterMs`) and returns them. */
  claimDue(
    now: number,
    resendAfterMs: number,
    limit: number,
  ): Promise<readonly { runId: RunId; wakeSentAt: number }[]>;
  /** The earliest `wakeAt` not sent yet (or due to be sent again), for hosts that sleep until then. */
  nextDue(resendAfterMs: number): Promise<number | undefined>;
  /** Ended rows with `endedAt < before` become tombstones; then commits, snapshot, invocations and blobs go. */
  retire(before: number, limit: number): Promise<readonly RunId[]>;
  /** Tombstones with `endedAt < before` go. */
  forget(before: number, limit: number): Promise<number>;
}

// ---------------------------------------------------------------- definitions, inbox, blobs

export interface StoredDefinition {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly source: JsonObject;
}

export interface DefinitionStore {
  /** Immutable, by digest. With `activate`, the name's active version becomes this one. */
  put(definition: StoredDefinition, options: { activate: boolean }): Promise<void>;
  byDigest(digest: string): Promise<StoredDefinition | undefined>;
  active(name: string): Promise<StoredDefinition | undefined>;
  /** Every stored version of a name (without name: of all), newest put last. */
  list(name?: string): Promise<readonly (Omit<StoredDefinition, 'source'> & { readonly active: boolean })[]>;
}

/** A command for a run not known yet, kept until the run is there or the time is up. */
export interface InboxEntry {
  readonly source: string;
  readonly id: string;
  readonly record: { readonly topic: string; readonly key: string; readonly value: Uint8Array };
  readonly retryAt: number;
  readonly expireAt: number;
}
export interface Inbox {
  /** Keeps the first entry of a (source, id); a second one changes nothing and gives the first one's `expireAt`. */
  put(entry: InboxEntry): Promise<{ readonly expireAt: number }>;
  /** Entries due, their `retryAt` moved to `now + retryEveryMs`. */
  claimDue(now: number, retryEveryMs: number, limit: number): Promise<readonly InboxEntry[]>;
  remove(keys: readonly { readonly source: string; readonly id: string }[]): Promise<void>;
}

export interface BlobStore {
  /** Written and verified on return; the same digest twice is one blob. */
  put(
    scope: BlobScope,
    blobs: readonly { readonly ref: BlobRef; readonly bytes: Uint8Array }[],
  ): Promise<void>;
  /**
   * The bytes, digest verified; `undefined` where nothing is stored, `altered` where other bytes are than the reference
   * names: that stays so however often one asks, and must not look like an outage.
   */
  get(scope: BlobScope, ref: BlobRef): Promise<Uint8Array | 'altered' | undefined>;
}
export interface BlobScope {
  readonly tenant: string;
  readonly runId: string;
}

/** The state side, as one bundle. */
export interface Store {
  readonly commits: CommitStore;
  readonly runs: RunIndex;
  readonly definitions: DefinitionStore;
  readonly inbox: Inbox;
  readonly blobs: BlobStore;
  readonly invocations: InvocationStore;
}

/** What the orchestrator must know of an agent to dispatch to it. */
export interface AgentFacts {
  readonly name: string;
  readonly version: string;
  readonly timeoutMs?: number;
  /** Cancel and timeout are marked in `invocations` for `once` agents. */
  readonly onRedelivery: 'once' | 'repeat';
}
export type AgentCatalog = ReadonlyMap<string, AgentFacts>;
