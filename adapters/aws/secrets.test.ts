import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { readConfig } from '../config.ts';
import { startSecretsServer, type SecretsServer } from './loopback-secrets.ts';
import { secretsOf } from './secrets.ts';

const arn = (name: string): string =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
const password = 'p@ss:word/1';
const key = 'a'.repeat(64);

let server: SecretsServer;
beforeEach(async () => {
  server = await startSecretsServer('session', {
    [arn('uri')]: 'mongodb://given.example.org/baton',
    [arn('docdb')]: JSON.stringify({ username: 'baton', password, host: 'db.example.org', port: 27017 }),
    [arn('keys')]: JSON.stringify({ id: 'k1', key }),
    [arn('changed')]: JSON.stringify({ keys: [{ id: 'k2', key }, { id: 'k1', key }] }), // prettier-ignore
    [arn('login')]: JSON.stringify({ username: 'u', password }),
  });
});
afterEach(() => server.close());

const read = (references: string, more: Readonly<Record<string, string>> = {}) =>
  secretsOf({
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(server.port),
    AWS_SESSION_TOKEN: 'session',
    BATON_SECRETS_FROM: references,
    ...more,
  });

describe('settings kept in Secrets Manager', () => {
  it('are none where none is named', async () => {
    assert.deepEqual(await secretsOf({ PATH: '/bin' }), {});
    assert.equal(server.asked(), 0);
  });

  it('are taken as text', async () => {
    const env = await read(`MONGODB_URI=${arn('uri')}`);
    assert.equal(env.MONGODB_URI, 'mongodb://given.example.org/baton');
  });

  it('make the URI of a DocumentDB from what it keeps of its user', async () => {
    const { MONGODB_URI: uri = '' } = await read(`MONGODB_URI=${arn('docdb')}`);
    const url = new URL(uri);
    assert.equal(decodeURIComponent(url.password), password);
    assert.equal(url.host, 'db.example.org:27017');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      tls: 'true',
      authSource: 'admin',
      replicaSet: 'rs0',
      readPreference: 'primary',
      retryWrites: 'false',
    });
  });

  it('make capability keys that configuration takes, one or several', async () => {
    for (const [name, ids] of [
      ['keys', ['k1']],
      ['changed', ['k2', 'k1']],
    ] as const) {
      // prettier-ignore
      const config = readConfig(await read(`BATON_CAPABILITY_KEYS=${arn(name)}`));
      assert.ok(config.ok, JSON.stringify(config));
      assert.deepEqual(config.value.capabilityKeys?.map(({ id }) => id), ids); // prettier-ignore
    }
  });

  it('take two members of one secret, asking once', async () => {
    const from = `BATON_KAFKA_USERNAME=${arn('login')}#username,BATON_KAFKA_PASSWORD=${arn('login')}#password`;
    const env = await read(from);
    assert.deepEqual([env.BATON_KAFKA_USERNAME, env.BATON_KAFKA_PASSWORD], ['u', password]);
    assert.equal(server.asked(), 1);
  });

  const problems: readonly (readonly [string, string, RegExp, Readonly<Record<string, string>>?])[] = [
    ['a secret that is not there', `MONGODB_URI=${arn('gone')}`, /MONGODB_URI .*got status 400/],
    ['a call that is not allowed', `MONGODB_URI=${arn('uri')}`, /got status 403/, { AWS_SESSION_TOKEN: 'x' }],
    ['an extension that is not there', `MONGODB_URI=${arn('uri')}`, /got TypeError/, { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: '1' }], // prettier-ignore
    ['a member that is not there', `MONGODB_URI=${arn('login')}#uri`, /expected a member uri/],
    ['another shape', `MONGODB_URI=${arn('keys')}`, /an object of id, key/],
    ['no reference', 'MONGODB_URI=somewhere', /expected NAME=arn/],
  ];
  for (const [name, references, message, more] of problems)
    it(`say what is wrong: ${name}`, async () => {
      await assert.rejects(read(references, more), (error) => {
        assert.ok(error instanceof InfrastructureError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes(password) && !error.message.includes(key));
        return true;
      });
    });
});
