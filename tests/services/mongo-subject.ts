/** A store in a fresh database of the MongoDB that MONGODB_URI names, its commands recorded. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type CommandStartedEvent, type MongoClient } from 'mongodb';
import { createClient } from '#adapters/mongo/client.ts';
import { type Database, openDatabase } from '#adapters/mongo/database.ts';
import { createStore } from '#adapters/mongo/store.ts';
import { type Logger } from '#core/ports.ts';
import { type StoreSubject } from '../contract/contract-suite.ts';

export interface MongoSubject extends StoreSubject {
  readonly client: MongoClient;
  readonly database: Database;
  /** Every command since the last call of this function, without those of the driver's own. */
  takeCommands(): readonly CommandStartedEvent[];
}

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

export function mongodbUri(): string {
  const uri = process.env['MONGODB_URI'];
  assert.ok(
    uri,
    'MONGODB_URI is not set. Got: nothing. Expected: the URI of a real MongoDB replica set. ' +
      'Fix: run `npm run services -- up` and `eval "$(npm run -s services -- env)"` first.',
  );
  return uri;
}

export const randomName = (): string => `baton-test-${randomUUID().slice(0, 13)}`;

/** The same server, another database; `host` replaces the hosts of the URI. */
export function uriOf(database: string, host?: string): string {
  const [, scheme = '', credentials = '', hosts = '', , query = ''] =
    /^(mongodb(?:\+srv)?:\/\/)([^/@]*@)?([^/?]*)(\/[^?]*)?(\?.*)?$/.exec(mongodbUri()) ?? [];
  // A proxy is one server to the driver: what the replica set says of its members would lead around it.
  const direct = host === undefined ? query : '?directConnection=true';
  return `${scheme}${credentials}${host ?? hosts}/${database}${direct}`;
}

export async function openFresh(): Promise<MongoSubject> {
  const commands: CommandStartedEvent[] = [];
  const opened = createClient({ uri: uriOf(randomName()) }, { monitorCommands: true });
  const { client } = opened;
  client.on('commandStarted', (event) => commands.push(event));
  const database = openDatabase(opened, { clock: { now: Date.now }, logger: silent });
  await database.ensureIndexes();
  commands.length = 0;
  return {
    store: createStore(database),
    client,
    database,
    takeCommands: () => commands.splice(0),
    async close() {
      await client.db(opened.name).dropDatabase();
      await client.close();
    },
  };
}
