/**
 * The driver, configured once. What Baton relies on is set here and cannot be turned off by the URI.
 */
import { MongoClient, type MongoClientOptions, MongoNotConnectedError } from 'mongodb';
import { refusal } from '#core/refusal.ts';
import { endsWithin, systemTimers } from '../timers.ts';
import { mendClosedConnections } from './closed-connections.ts';
import { type Place } from './store-error.ts';

export interface ClientOptions {
  readonly uri: string;
  readonly maxPoolSize?: number;
  readonly tlsCaFile?: string;
}

export interface Client extends Place {
  readonly client: MongoClient;
  /** Name of the database. */
  readonly name: string;
  /**
   * Connects unless that was done before. The driver would do it by itself, but once only: a client whose first attempt
   * failed stays with what it closed, and every later call fails.
   */
  connect(): Promise<void>;
  close(): Promise<void>;
}

const closeMs = 2_000;

/** Durable: a majority of the replica set has it in its journal. Gives up rather than wait for ever. */
export const durable = { writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 } } as const;
/** For what may be lost with the primary: claims and leases, which end by themselves, and snapshots. */
export const relaxed = { writeConcern: { w: 1 } } as const;

/** `extra` is for tests that watch the commands. */
export function createClient(options: ClientOptions, extra: MongoClientOptions = {}): Client {
  mendClosedConnections();
  const client = parsed(options, { ...settings(options), ...extra });
  const { hosts, srvHost } = client.options;
  let closed = false;
  let connected: Promise<unknown> | undefined;
  return {
    client,
    // Of the servers, never of the user: it is named in errors.
    address: srvHost ?? hosts.map((host) => host.toString()).join(','),
    name: decodeURIComponent(databasePattern.exec(options.uri)?.[1] ?? 'baton'),
    isClosed: () => closed,
    async connect() {
      if (closed) throw new MongoNotConnectedError('the client was closed');
      connected ??= client.connect();
      const attempt = connected;
      try {
        await attempt;
      } catch (error) {
        if (connected === attempt) connected = undefined;
        throw error;
      }
    },
    async close() {
      closed = true;
      // It says good-bye to the server, and waits for a primary to say it to.
      await endsWithin(systemTimers, closeMs, client.close());
    },
  };
}

/** The path of the URI, which may be absent. Before it, slashes and question marks are always percent-encoded. */
const databasePattern = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/;

const namesPoolSize = /[?&]maxPoolSize=/i;

function settings({ uri, maxPoolSize, tlsCaFile }: ClientOptions): MongoClientOptions {
  return {
    appName: 'baton',
    ...durable,
    // DocumentDB before 8.0.2 has no retryable writes; Baton resolves unclear outcomes itself.
    retryWrites: false,
    readPreference: 'primary',
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    // Longer than any call may take; shorter than the invocation that waits for it.
    socketTimeoutMS: 30_000,
    waitQueueTimeoutMS: 10_000,
    ...(maxPoolSize !== undefined ? { maxPoolSize } : namesPoolSize.test(uri) ? {} : { maxPoolSize: 20 }),
    ...(tlsCaFile !== undefined && { tls: true, tlsCAFile: tlsCaFile }),
  };
}

function parsed({ uri }: ClientOptions, all: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(uri, all);
  } catch (error) {
    throw refusal(
      {
        code: 'STORE_URI',
        what: 'the connection string of the database cannot be used',
        got: withoutCredentials(error instanceof Error ? error.message : String(error)),
        expected: 'mongodb://[user:password@]host:port[,host:port]/[database][?options]',
        fix: 'correct MONGODB_URI; a user or password with : / ? # [ ] @ or % in it is written percent-encoded',
      },
      // No cause: what the driver says may hold the whole URI.
    );
  }
}

/** Everything between a scheme and the last @ of a word. */
export const withoutCredentials = (text: string): string => text.replaceAll(/\/\/\S*@/g, '//<hidden>@');
