/** A Kafka broker of a test's own, which it may stop, kill and start again; with TLS and SCRAM beside plain text. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { until } from '#tests/contract/contract-suite.ts';
import { jars } from './jars.ts';

export interface Broker {
  readonly plaintext: string;
  readonly tls: string;
  /** TLS and SCRAM-SHA-512, for `user` with `password`. */
  readonly scram: string;
  readonly user: string;
  readonly password: string;
  /** Certificates that the broker's is signed by. */
  readonly caFile: string;
  /** Resolves once it serves. With the data and ports it had before. */
  start(): Promise<void>;
  /** Resolves once the process is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

export async function ownBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-broker-'));
  const [plain, tls, scram, controller] = (await freePorts(4)).map((port) => `127.0.0.1:${port}`);
  assert.ok(plain && tls && scram && controller);
  const [user, password] = ['baton', 'not-a-secret'];
  makeCertificate(folder);
  const config = join(folder, 'server.properties');
  writeFileSync(config, propertiesOf({ folder, plain, tls, scram, controller }));
  const cluster = randomBytes(16).toString('base64url');
  const credentials = `SCRAM-SHA-512=[name=${user},password=${password}]`;
  const format = ['--standalone', '-t', cluster, '-c', config, '--add-scram', credentials];
  execFileSync('java', ['-cp', `${jars()}/*`, 'kafka.tools.StorageTool', 'format', ...format], {
    stdio: 'pipe',
  });

  let broker: ChildProcess | undefined;
  const stop: Broker['stop'] = async (signal) => {
    const running = broker;
    broker = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill(signal);
    await gone;
  };
  return {
    plaintext: plain,
    tls,
    scram,
    user,
    password,
    caFile: join(folder, 'ca.pem'),
    stop,
    async start() {
      const log = openSync(join(folder, 'broker.log'), 'a');
      const jvm = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', `${jars()}/*`];
      broker = spawn('java', [...jvm, 'kafka.Kafka', config], { stdio: ['ignore', log, log] });
      await until(
        () => answers(plain),
        () => `the broker did not start: ${readFileSync(join(folder, 'broker.log'), 'utf8').slice(-2_000)}`,
        90_000,
      );
    },
    async close() {
      await stop('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** An authority, and a certificate for the loopback address signed by it; valid for a day. */
function makeCertificate(folder: string): void {
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=baton-test');
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key'];
  openssl('req', '-x509', ...key, ...signed, ...name, '-keyout', 'broker.key', '-out', 'broker.pem');
  const whole = ['broker.key', 'broker.pem'].map((file) => readFileSync(join(folder, file), 'utf8'));
  writeFileSync(join(folder, 'keystore.pem'), whole.join(''));
}

interface Layout {
  readonly folder: string;
  readonly plain: string;
  readonly tls: string;
  readonly scram: string;
  readonly controller: string;
}

function propertiesOf({ folder, plain, tls, scram, controller }: Layout): string {
  const clients = `PLAINTEXT://${plain},SSL://${tls},SASL_SSL://${scram}`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': controller,
    listeners: `${clients},CONTROLLER://${controller}`,
    'advertised.listeners': clients,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'keystore.pem'),
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 2,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // Ten minutes by default, which a quiet process lets pass as well.
    'connections.max.idle.ms': 4_000,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function answers(address: string): Promise<boolean> {
  const quiet = { logLevel: logLevel.NOTHING, connectionTimeout: 1_000, retry: { retries: 0 } };
  const admin = new Kafka({ brokers: [address], ...quiet }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
