/** Opens a data folder: the log and the store of the embedded default, in one SQLite file, blobs beside it. */
import { type Clock, type Log, type LogRecord, type Store } from '#core/ports.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import { createBlobs } from './blobs.ts';
import { createCommits } from './commits.ts';
import { openDatabase } from './database.ts';
import { createDefinitions } from './definitions.ts';
import { createFeed } from './feed.ts';
import { createInbox } from './inbox.ts';
import { createInvocations } from './invocations.ts';
import { createJointWrites } from './joint-writes.ts';
import { createLog } from './log.ts';
import { type RawRecord } from './records.ts';
import { createRetention } from './retention.ts';
import { createRunIndex } from './run-index.ts';

export interface EmbeddedOptions {
  /** Made if it is missing, e.g. `.baton`. */
  readonly folder: string;
  /** Gives the records their timestamps. */
  readonly clock: Clock;
  /** Called after each flush to the disk. */
  readonly onSync?: () => void;
  /** Only reads: a folder that is missing is not made, and reads as an empty one. */
  readonly reading?: boolean;
}

export interface Embedded {
  readonly log: Log;
  readonly store: Store;
  readonly joint: JointWrites;
  /** Flushes to the disk so far: one for each durable transaction; those of a blob's file and folder count too. */
  syncs(): number;
  /** What a group has not committed of a topic; looks only. Nothing where the topic is missing. */
  unread(of: { readonly topic: string; readonly group: string }): AsyncIterable<LogRecord>;
  /** Deletes log records older than `before` (ms) that every group of their topic has passed; tells how many. */
  trimLog(before: number): Promise<number>;
  /** Appends what other Kafka clients may write and Baton never does: records without key or value. */
  append(records: readonly RawRecord[]): Promise<void>;
  /** Ends every lease on a call. Only for the holder of the host lock, which proves that their owners are dead. */
  endLeases(): Promise<void>;
  /** Ends waiting polls and tails, writes what is pending, closes the file. Everything throws afterwards. */
  close(): Promise<void>;
}

/** Throws `InfrastructureError` where the folder cannot be used. */
export function openEmbedded({ folder, clock, onSync, reading = false }: EmbeddedOptions): Embedded {
  let syncs = 0;
  const countSync = (): void => {
    syncs += 1;
    onSync?.();
  };
  const database = openDatabase(folder, countSync, { reading });
  const feed = createFeed(database);
  const log = createLog(database, feed, clock);
  const blobs = createBlobs(folder, countSync);
  const retention = createRetention(database, blobs);
  const invocations = createInvocations(database);
  return {
    log,
    store: {
      commits: createCommits(database),
      runs: createRunIndex(database, retention),
      definitions: createDefinitions(database),
      inbox: createInbox(database),
      blobs,
      invocations,
    },
    joint: createJointWrites(database, log),
    syncs: () => syncs,
    unread: (of) => log.unread(of),
    trimLog: (before) => log.trim(before),
    endLeases: () => invocations.endLeases(),
    append: (records) => log.append(records),
    async close() {
      feed.close();
      database.close();
    },
  };
}
