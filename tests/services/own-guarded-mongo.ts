/** A MongoDB server of a test's own that asks who is there: as DocumentDB does, with one user to begin with. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePorts } from '../../scripts/services/ports.ts';
import { mongod } from './own-replica-set.ts';

interface Login {
  readonly username: string;
  readonly password: string;
}

export interface GuardedMongo {
  /** `host:port`. */
  readonly address: string;
  /** The user who may do everything. */
  readonly root: Login;
  /** As that user, or as another one. */
  readonly uri: (database: string, login?: Login) => string;
  close(): Promise<void>;
}

const patienceMs = 60_000;
const root: Login = { username: 'baton', password: randomBytes(12).toString('hex') };

export async function ownGuardedMongo(): Promise<GuardedMongo> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-guarded-'));
  const { one: port = 0 } = await freePorts(['one']);
  const address = `127.0.0.1:${port}`;
  // Members of a replica set that asks for users must know each other, even where there is but one.
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, randomBytes(60).toString('base64'));
  chmodSync(keyFile, 0o600);
  const log = openSync(join(folder, 'log'), 'a');
  const place = ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  const small = ['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '64'];
  const guarded = ['--replSet', 'guarded', '--auth', '--keyFile', keyFile];
  const server = spawn(mongod(), [...place, ...small, ...guarded], { stdio: ['ignore', log, log] });
  try {
    await begin(address);
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  }
  return {
    address,
    root,
    uri: (database, { username, password } = root) =>
      `mongodb://${username}:${password}@${address}/${database}?authSource=admin&replicaSet=guarded`,
    async close() {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Until it has a user, a server lets those in who are on its machine. */
async function begin(address: string): Promise<void> {
  const here = { serverSelectionTimeoutMS: patienceMs };
  const alone = new MongoClient(`mongodb://${address}/?directConnection=true`, here);
  const members = [{ _id: 0, host: address }];
  await alone.db('admin').command({ replSetInitiate: { _id: 'guarded', members } });
  await alone.close();
  const primary = new MongoClient(`mongodb://${address}/?replicaSet=guarded`, here);
  await primary.db('admin').command({ createUser: root.username, pwd: root.password, roles: ['root'] });
  await primary.close();
}
