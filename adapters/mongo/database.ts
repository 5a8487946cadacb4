/**
 * The collections, what their documents hold, and their indexes.
 * D1. Values of users (events, results, labels, ids of their making) are JSON text inside one field, so that no name
 *     or number in them means anything to the database, and they read back exactly.
 * D2. No deadline and no lease is an absent field: null would sort below every time. `notSent` is a number for the same
 *     reason, because an index finds a number, and finds absence badly.
 * D3. Indexes are plain: DocumentDB uses sparse and partial ones only for queries of a certain shape.
 */
import { type Binary, type Collection, type Db, type IndexDescription, type ObjectId } from 'mongodb';
import { type Clock, type Logger } from '#core/ports.ts';
import { type RowStatus } from '#core/row-status.ts';
import { type Client } from './client.ts';
import { refusal } from '#core/refusal.ts';
import { isAlreadyThere, storeError } from './store-error.ts';

/** `_id` is `<runId>:<version, 10 digits>`: one range of the only index is one run. */
export interface CommitDocument {
  readonly _id: string;
  readonly body: string;
}
/** `_id` is the run id. */
export interface SnapshotDocument {
  readonly _id: string;
  readonly version: number;
  readonly published: number;
  readonly body: string;
}
/**
 * The members of `RunRow`; `labels` and `error` as JSON text. Only live rows have `wakeSentAt`, only ended ones have
 * `retained`: what is left of the run, in one word, so that one range of an index answers each question of retention.
 */
export interface RunDocument {
  readonly _id: string;
  readonly workflow: string;
  readonly digest?: string;
  readonly status: RowStatus;
  readonly version: number;
  readonly wakeAt?: number;
  readonly armedBy: number;
  readonly wakeSentAt?: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly retained?: 'whole' | 'tombstone';
  readonly tenant: string;
  readonly labels?: string;
  readonly error?: string;
  readonly stamp?: string;
}
/** `_id` is the digest; `order` tells definitions of one millisecond apart. */
export interface DefinitionDocument {
  readonly _id: string;
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly putAt: number;
  readonly order: ObjectId;
}
/** `_id` is the workflow's name. */
export interface ActiveDocument {
  readonly _id: string;
  readonly digest: string;
}
/** `_id` is a digest of source and id, which may be longer than an index takes. */
export interface InboxDocument {
  readonly _id: string;
  readonly entry: string;
  readonly value: Binary;
  readonly retryAt: number;
  readonly expireAt: number;
  readonly stamp?: string;
}
/** `_id` is `<runId>:<step>:<attempt>`. */
export interface InvocationDocument {
  readonly _id: string;
  readonly status: 'running' | 'finished' | 'accepted' | 'marked';
  readonly owner?: string;
  readonly leaseUntil?: number;
  readonly reason?: 'cancelled' | 'timeout';
  readonly result?: string;
  readonly stamp?: string;
}
/** `_id` is `<tenant>/<runId>/<hex of the digest>/<number of the part, 6 digits>`. */
export interface BlobDocument {
  readonly _id: string;
  readonly bytes: Binary;
}

/** `wakeSentAt` of a live row whose wake was not sent. */
export const notSent = -1;

export interface Database {
  readonly commits: Collection<CommitDocument>;
  readonly snapshots: Collection<SnapshotDocument>;
  readonly runs: Collection<RunDocument>;
  readonly definitions: Collection<DefinitionDocument>;
  readonly active: Collection<ActiveDocument>;
  readonly inbox: Collection<InboxDocument>;
  readonly invocations: Collection<InvocationDocument>;
  readonly blobs: Collection<BlobDocument>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs `work` and throws what the driver throws as `InfrastructureError`. */
  readonly guarded: <T>(work: () => Promise<T>) => Promise<T>;
  ensureIndexes(): Promise<void>;
  ping(): Promise<void>;
}

/** Names are those of the collections. */
export const indexes: Readonly<Record<string, readonly (IndexDescription & { readonly name: string })[]>> = {
  commits: [],
  snapshots: [],
  runs: [
    { name: 'due', key: { wakeSentAt: 1, wakeAt: 1 } },
    { name: 'newest', key: { startedAt: -1, _id: -1 } },
    { name: 'newest_of_status', key: { status: 1, startedAt: -1, _id: -1 } },
    { name: 'ended', key: { retained: 1, endedAt: 1 } },
  ],
  definitions: [{ name: 'put', key: { putAt: 1, order: 1 } }],
  active_definitions: [],
  inbox: [{ name: 'due', key: { retryAt: 1 } }],
  invocations: [],
  blobs: [],
};

/** What was acknowledged durably, and nothing that a failover could take back. */
const majority = { readConcern: { level: 'majority' } } as const;
/** The primary's newest: for what is written without waiting for a majority. */
const newest = { readConcern: { level: 'local' } } as const;

export function openDatabase(
  opened: Client,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Database {
  const database = opened.client.db(opened.name);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await opened.connect();
      return await work();
    } catch (error) {
      throw storeError(opened, error);
    }
  };
  return {
    commits: database.collection<CommitDocument>('commits', majority),
    snapshots: database.collection<SnapshotDocument>('snapshots', newest),
    runs: database.collection<RunDocument>('runs', newest),
    definitions: database.collection<DefinitionDocument>('definitions', majority),
    active: database.collection<ActiveDocument>('active_definitions', majority),
    inbox: database.collection<InboxDocument>('inbox', newest),
    invocations: database.collection<InvocationDocument>('invocations', newest),
    blobs: database.collection<BlobDocument>('blobs', majority),
    clock,
    logger,
    guarded,
    ensureIndexes: () => guarded(() => ensureIndexes(database)),
    ping: () => guarded(() => ping(database, opened.address)),
  };
}

async function ensureIndexes(database: Db): Promise<void> {
  const found = await database.listCollections({}, { nameOnly: true }).toArray();
  const there = new Set(found.map((one) => one.name));
  for (const [name, wanted] of Object.entries(indexes)) {
    if (!there.has(name)) await createCollection(database, name);
    if (wanted.length > 0) await database.collection(name).createIndexes([...wanted]);
  }
}

async function createCollection(database: Db, name: string): Promise<void> {
  try {
    await database.createCollection(name);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}

/** A node that is no primary answers as well, and so does one that asks for credentials: hence the two questions. */
async function ping(database: Db, address: string): Promise<void> {
  const { isWritablePrimary, ismaster } = await database.command({ hello: 1 });
  if (isWritablePrimary !== true && ismaster !== true)
    throw refusal({
      code: 'STORE_UNREACHABLE',
      what: 'the database is reached, but not its primary',
      got: `a member that takes no writes, at ${address}`,
      expected: 'the primary of a replica set that was initiated',
      fix: 'run replSetInitiate once, or name the whole set in MONGODB_URI (replicaSet=…, without directConnection)',
    });
  // Every function may read this collection, the hosts of agents included.
  await database.collection<InvocationDocument>('invocations').findOne({ _id: '' });
}
