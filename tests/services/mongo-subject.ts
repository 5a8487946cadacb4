/**
 * A store on the MongoDB that MONGODB_URI names, in a database of this process that is dropped at its end. Each subject
 * finds it empty and has a client of its own, so that a test proves what its client leaves behind.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { type CommandStartedEvent, MongoClient } from 'mongodb';
import { createClient } from '#adapters/mongo/client.ts';
import { type Database, indexes, openDatabase } from '#adapters/mongo/database.ts';
import { createStore } from '#adapters/mongo/store.ts';
import { type Logger } from '#core/ports.ts';
import { type StoreSubject } from '../contract/contract-suite.ts';

export interface MongoSubject extends StoreSubject {
  readonly client: MongoClient;
  readonly database: Database;
  /** Every command since the last call of this function. */
  readonly takeCommands: () => readonly CommandStartedEvent[];
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
/** What `openMongo` needs beside the URI. */
export const surroundings = { logger: silent, clock: { now: () => Date.now() } };

function mongodbUri(): string {
  const uri = process.env['MONGODB_URI'];
  assert.ok(
    uri,
    'MONGODB_URI is not set. Got: nothing. Expected: the URI of a real MongoDB replica set. ' +
      'Fix: run `npm run services -- up` and `eval "$(npm run -s services -- env)"` first.',
  );
  return uri;
}

/** The parts of a URI as far as these tests change them. */
const uriPattern = /^(mongodb(?:\+srv)?:\/\/(?:[^/@]*@)?)([^/?]*)(?:\/[^?]*)?(\?.*)?$/;
const uriParts: readonly string[] = uriPattern.exec(mongodbUri()) ?? [];

/** `host:port` of the first server. */
export const serverAddress: string = uriParts[2]?.split(',')[0] ?? '';

export const databaseName = `baton-test-${randomUUID().slice(0, 13)}`;

/** The test's database; at `address` instead of the servers of MONGODB_URI where one is given. */
export function testUri(address?: string): string {
  const [, start = '', hosts = '', query = ''] = uriParts;
  // What the replica set says of its members would lead around a proxy.
  return address === undefined
    ? `${start}${hosts}/${databaseName}${query}`
    : `${start}${address}/${databaseName}?directConnection=true`;
}

/** Every command of every subject of this process, for what must be true of them all. */
export const allCommands: CommandStartedEvent[] = [];

let prepared: Promise<void> | undefined;

/** Creates collections and indexes once. */
export function prepareDatabase(): Promise<void> {
  prepared ??= prepare();
  return prepared;
}

async function prepare(): Promise<void> {
  const opened = createClient({ uri: testUri() }, { monitorCommands: true });
  opened.client.on('commandStarted', (event) => allCommands.push(event));
  await openDatabase(opened, surroundings).ensureIndexes();
  await opened.client.close();
}

after(async () => {
  const client = new MongoClient(testUri());
  await client.db(databaseName).dropDatabase();
  await client.close();
});

export async function openFresh(): Promise<MongoSubject> {
  await prepareDatabase();
  const commands: CommandStartedEvent[] = [];
  const opened = createClient({ uri: testUri() }, { monitorCommands: true });
  const { client } = opened;
  const database = openDatabase(opened, surroundings);
  const names = Object.keys(indexes);
  await Promise.all(names.map((name) => client.db(databaseName).collection(name).deleteMany({})));
  client.on('commandStarted', (event) => {
    commands.push(event);
    allCommands.push(event);
  });
  return {
    store: createStore(database),
    client,
    database,
    takeCommands: () => commands.splice(0),
    close: () => client.close(),
  };
}
