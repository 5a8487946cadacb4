/** Three MongoDB servers of a test's own, a replica set: its primary may step down, be killed and come back. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MongoClient } from 'mongodb';
import { until } from '#tests/contract/contract-suite.ts';
import { freePorts } from '../../scripts/services/ports.ts';

export interface ReplicaSet {
  readonly uri: (database: string) => string;
  /** Resolves once another member is the primary. */
  stepDown(): Promise<void>;
  /** By SIGKILL. Gives what starts it again. */
  killPrimary(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const patienceMs = 60_000;
const names = ['one', 'two', 'three'] as const;

export async function ownReplicaSet(): Promise<ReplicaSet> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-mongo-'));
  const ports = await freePorts(names);
  const hosts = names.map((name) => `127.0.0.1:${ports[name] ?? 0}`);
  const servers = new Map<string, ChildProcess>();
  const start = async (host: string): Promise<void> => {
    servers.set(host, serve(folder, host));
    await ask(host, async (client) => client.db('admin').command({ ping: 1 }));
  };
  await Promise.all(hosts.map(start));
  const members = hosts.map((host, _id) => ({ _id, host }));
  // Who is dead is to be found out in seconds.
  const settings = { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500 };
  await ask(hosts[0] ?? '', async (client) =>
    client.db('admin').command({ replSetInitiate: { _id: 'own', members, settings } }),
  );
  await primaryOf(hosts, '');

  return {
    uri: (database) => `mongodb://${hosts.join(',')}/${database}?replicaSet=own`,
    async stepDown() {
      const primary = await primaryOf(hosts, '');
      await ask(primary, async (client) => client.db('admin').command({ replSetStepDown: 20 }));
      await primaryOf(hosts, primary);
    },
    async killPrimary() {
      const primary = await primaryOf(hosts, '');
      await ended(servers.get(primary));
      return () => start(primary);
    },
    async close() {
      await Promise.all([...servers.values()].map(ended));
      rmSync(folder, { recursive: true });
    },
  };
}

function serve(folder: string, host: string): ChildProcess {
  const [, port = ''] = host.split(':');
  const data = join(folder, port);
  mkdirSync(data, { recursive: true });
  const log = openSync(join(folder, `${port}.log`), 'a');
  const place = ['--dbpath', data, '--port', port, '--bind_ip', '127.0.0.1', '--nounixsocket'];
  const small = ['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '64'];
  return spawn(mongod(), [...place, ...small, '--replSet', 'own'], { stdio: ['ignore', log, log] });
}

/** Where `npm run services` keeps it, or where MONGOD says. */
export function mongod(): string {
  const found = process.env['MONGOD'] ?? globSync('.cache/services/mongo-*/mongod')[0];
  assert.ok(
    found,
    'MONGOD_MISSING: a test starts servers of its own. Got: no server. Expected: mongod in .cache/services or in ' +
      'MONGOD. Fix: npm run services -- up.',
  );
  return resolve(found);
}

async function ended(server: ChildProcess | undefined): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}

/** A server may still be starting. */
async function ask(host: string, work: (client: MongoClient) => Promise<unknown>): Promise<void> {
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: patienceMs,
  });
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

/** Any but `other`, once there is one. */
async function primaryOf(hosts: readonly string[], other: string): Promise<string> {
  let found: string | undefined;
  await until(
    async () => {
      const answers = await Promise.all(hosts.map(isPrimary));
      found = hosts.find((host, index) => answers[index] === true && host !== other);
      return found !== undefined;
    },
    () => 'the replica set has no primary',
    patienceMs,
  );
  return found ?? '';
}

async function isPrimary(host: string): Promise<boolean> {
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: 500,
  });
  try {
    return (await client.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
