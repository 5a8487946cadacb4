/**
 * Opens the state side on MongoDB or Amazon DocumentDB 5.0 and later.
 * Opening does no I/O: the first call connects, and a server that was away is found again without a restart.
 */
import { type Clock, type Logger, type Store } from '#core/ports.ts';
import { type StoreUser } from '#core/store-user.ts';
import { createClient } from './client.ts';
import { openDatabase } from './database.ts';
import { createStore } from './store.ts';
import { ensureUsers } from './users.ts';

export interface MongoOptions {
  /** `mongodb://` or `mongodb+srv://`. The path names the database; without one it is `baton`. */
  readonly uri: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Connections at most. Default: what the URI says, else 20. On Lambda: 1 or 2. */
  readonly maxPoolSize?: number;
  /** PEM file of the authorities to trust, for DocumentDB its bundle. Turns TLS on. */
  readonly tlsCaFile?: string;
}

export interface MongoStore {
  readonly store: Store;
  /** Creates the collections and indexes that are missing and changes nothing else. For `setup`; nothing else does it. */
  ensureIndexes(): Promise<void>;
  /** Makes these users, or sets anew what they may do. For `setup`, as a user who may do that. */
  ensureUsers(users: readonly StoreUser[]): Promise<void>;
  /** Throws `InfrastructureError` unless a primary answers. */
  ping(): Promise<void>;
  /** Closes every connection. Everything throws afterwards. */
  close(): Promise<void>;
}

/** Throws `InfrastructureError` where the URI cannot be read. */
export function openMongo(options: MongoOptions): MongoStore {
  const client = createClient(options);
  const database = openDatabase(client, options);
  return {
    store: createStore(database),
    ensureIndexes: () => database.ensureIndexes(),
    ensureUsers: (users) => database.guarded(() => ensureUsers(client.client, client.name, users)),
    ping: () => database.ping(),
    close: () => client.close(),
  };
}
