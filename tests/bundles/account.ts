/**
 * The account that the deployment goes to, on this machine: a Kafka broker of its own (TLS, and it closes connections
 * that are quiet for four seconds), a real database behind TLS that asks who is there, secrets, Function URLs, credentials.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type SecretsServer, startSecretsServer } from '#adapters/aws/loopback-secrets.ts';
import { type KafkaLog, openKafka } from '#adapters/kafka/open.ts';
import { keepingLogger } from '#local/memory-log.fixture.ts';
import { type Broker, ownBroker } from '#tests/services/own-broker.ts';
import { ownGuardedMongo } from '#tests/services/own-guarded-mongo.ts';
import { region } from './resolve.ts';
import { type FunctionUrls, startFunctionUrls } from './function-urls.ts';
import { type Signer } from './signature.ts';
import { startStoreProxy, type StoreProxy } from './store-proxy.ts';

export interface Account {
  readonly broker: Broker;
  /** For whoever looks from beside; in plain text. */
  readonly kafka: KafkaLog;
  readonly store: StoreProxy;
  /** The database, by the way functions have; without login, of the user who may do everything. */
  readonly storeUri: (login?: Login) => string;
  readonly secrets: SecretsServer;
  readonly urls: FunctionUrls;
  readonly signer: Signer;
  /** Of the authority that signed all certificates here: what Amazon's are to Lambda. */
  readonly caFile: string;
  close(): Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

export async function openAccount(): Promise<Account> {
  const signer: Signer = {
    accessKeyId: 'ASIALOCALTESTEXAMPLE',
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(90).toString('base64'),
  };
  const [broker, mongo] = await Promise.all([ownBroker(), ownGuardedMongo()]);
  try {
    await broker.start();
  } catch (error) {
    await Promise.all([broker.close(), mongo.close()]);
    throw error;
  }
  const secure = certificate(dirname(broker.caFile));
  const [store, secrets, urls] = await Promise.all([
    startStoreProxy(mongo.address, secure),
    startSecretsServer(signer.sessionToken),
    startFunctionUrls(secure, signer),
  ]);
  const kafka = openKafka({
    brokers: [broker.plaintext],
    clientId: 'baton-test-bundles',
    security: { type: 'plaintext' },
    logger: keepingLogger(),
  });
  return {
    broker,
    kafka,
    store,
    storeUri: ({ username, password } = mongo.root) =>
      `mongodb://${username}:${password}@localhost:${store.port}/baton?authSource=admin&directConnection=true&tls=true`,
    secrets,
    urls,
    signer,
    caFile: broker.caFile,
    async close() {
      await kafka.close();
      await Promise.all([store.close(), secrets.close(), urls.close()]);
      await broker.close();
      await mongo.close();
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
