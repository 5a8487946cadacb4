/**
 * The account that the deployment goes to, on this machine: a Kafka broker of its own (TLS, and it closes connections
 * that are quiet for four seconds), the real database behind TLS, secrets, Function URLs, credentials.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { type SecretsServer, startSecretsServer } from '#adapters/aws/loopback-secrets.ts';
import { type KafkaLog, openKafka } from '#adapters/kafka/open.ts';
import { keepingLogger } from '#local/memory-log.fixture.ts';
import { type Broker, ownBroker } from '#tests/services/own-broker.ts';
import { region } from './resolve.ts';
import { type FunctionUrls, startFunctionUrls } from './function-urls.ts';
import { type Signer } from './signature.ts';
import { startStoreProxy, type StoreProxy } from './store-proxy.ts';

export interface Account {
  readonly broker: Broker;
  /** For whoever looks from beside; in plain text. */
  readonly kafka: KafkaLog;
  readonly store: StoreProxy;
  /** The database, by the way functions have. */
  readonly storeUri: string;
  readonly secrets: SecretsServer;
  readonly urls: FunctionUrls;
  readonly signer: Signer;
  /** Of the authority that signed all certificates here: what Amazon's are to Lambda. */
  readonly caFile: string;
  close(): Promise<void>;
}

/** `host:port` of the first server, from MONGODB_URI. */
function databaseAddress(uri: string | undefined): string {
  assert.ok(
    uri,
    'SERVICE_MISSING: the bundles need a database. Got: MONGODB_URI is not set. Expected: the address of a replica set, for example mongodb://127.0.0.1:27017/?replicaSet=rs0. Fix: npm run services -- up && eval "$(npm run -s services -- env)".',
  );
  return /^mongodb:\/\/([^/?,]+)/.exec(uri)?.[1] ?? '';
}

export async function openAccount(): Promise<Account> {
  const address = databaseAddress(process.env['MONGODB_URI']);
  const signer: Signer = {
    accessKeyId: 'ASIALOCALTESTEXAMPLE',
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(90).toString('base64'),
  };
  const broker = await ownBroker();
  try {
    await broker.start();
  } catch (error) {
    await broker.close();
    throw error;
  }
  const secure = certificate(dirname(broker.caFile));
  const [store, secrets, urls] = await Promise.all([
    startStoreProxy(address, secure),
    startSecretsServer(signer.sessionToken),
    startFunctionUrls(secure, signer),
  ]);
  const kafka = openKafka({
    brokers: [broker.plaintext],
    clientId: 'baton-test-bundles',
    security: { type: 'plaintext' },
    logger: keepingLogger(),
  });
  const database = `bundles-${randomUUID().slice(0, 8)}`;
  return {
    broker,
    kafka,
    store,
    storeUri: `mongodb://localhost:${store.port}/${database}?directConnection=true&tls=true`,
    secrets,
    urls,
    signer,
    caFile: broker.caFile,
    async close() {
      await kafka.close();
      await Promise.all([store.close(), secrets.close(), urls.close()]);
      await broker.close();
      const client = new MongoClient(`mongodb://${address}/?directConnection=true`);
      await client.db(database).dropDatabase();
      await client.close();
    },
  };
}

/** For loopback and every Function URL of the region, signed by the authority in `folder`. */
function certificate(folder: string): { readonly key: string; readonly cert: string } {
  const names = `subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:*.lambda-url.${region}.on.aws`;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-keyout', 'account.key', '-out', 'account.pem'];
  const args = ['req', '-x509', ...key, ...signed, '-subj', '/CN=localhost', '-addext', names];
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return { key: read('account.key'), cert: read('account.pem') };
}
