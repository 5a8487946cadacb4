/** A Kafka broker of a test's own, which it may stop, kill and start again; with TLS and SCRAM beside plain text. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../scripts/services/ports.ts';
import { kafkaProcess, type KafkaProcess } from './kafka-process.ts';

export interface Broker extends KafkaProcess {
  readonly plaintext: string;
  readonly tls: string;
  /** TLS and SCRAM-SHA-512, for `user` with `password`. */
  readonly scram: string;
  readonly user: string;
  readonly password: string;
  /** Certificates that the broker's is signed by. */
  readonly caFile: string;
  close(): Promise<void>;
}

export async function ownBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-broker-'));
  const ports = await freePorts(['plaintext', 'tls', 'scram', 'controller']);
  const at = (name: string): string => `127.0.0.1:${ports[name] ?? 0}`;
  const [plaintext, tls, scram] = [at('plaintext'), at('tls'), at('scram')];
  const [user, password] = ['baton', 'not-a-secret'];
  makeCertificate(folder);
  const broker = kafkaProcess({
    folder,
    cluster: randomBytes(16).toString('base64url'),
    format: ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${password}]`],
    node: {
      id: 1,
      roles: ['broker', 'controller'],
      clients: { PLAINTEXT: plaintext, SSL: tls, SASL_SSL: scram },
      controller: at('controller'),
      replicas: 1,
      more: {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': join(folder, 'keystore.pem'),
        'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'group.min.session.timeout.ms': 1_000,
        // It is started again within tests: fewer logs to recover.
        'offsets.topic.num.partitions': 2,
        // Ten minutes by default, which a quiet process lets pass as well. Longer than a session: a member that waits to
        // join is idle until those before it have expired, and each cut makes it one more to wait for.
        'connections.max.idle.ms': 12_000,
      },
    },
  });
  return {
    ...broker,
    plaintext,
    tls,
    scram,
    user,
    password,
    caFile: join(folder, 'ca.pem'),
    async close() {
      await broker.stop('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
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
