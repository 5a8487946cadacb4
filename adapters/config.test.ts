import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { type Config, type ConfigProblem, readConfig } from './config.ts';
import { settings } from './settings.ts';

const secret = 'canary-3f9c1d7e-do-not-show';

function config(env: NodeJS.ProcessEnv): Config {
  const result = readConfig(env);
  return result.ok ? result.value : assert.fail(result.problem.map(({ message }) => message).join('\n'));
}

function problems(env: NodeJS.ProcessEnv): readonly ConfigProblem[] {
  const result = readConfig(env);
  return result.ok ? assert.fail('expected problems') : result.problem;
}

const codes = (env: NodeJS.ProcessEnv): readonly string[] =>
  problems(env).map(({ code, name }) => `${code} ${name}`);

describe('an empty environment', () => {
  it('means embedded, scripted and 30 days, all frozen', () => {
    const read = config({ PATH: '/bin' });
    assert.deepEqual(read, {
      backend: { type: 'embedded' },
      dataDir: resolve('.baton'),
      model: { names: {} },
      telemetry: { serviceName: 'baton', standard: {} },
      logLevel: 'info',
      secrets: {},
      allowedHosts: [],
      function: {
        name: 'baton',
        agents: [],
        partialResponses: false,
        endpoints: {},
        development: false,
        storeRetentionMs: 30 * 24 * 60 * 60 * 1000,
      },
    });
    assert.ok(Object.isFrozen(read) && Object.isFrozen(read.function) && Object.isFrozen(read.allowedHosts));
  });

  it('is the same as one whose settings are empty text', () => {
    const empty = Object.fromEntries(Object.keys(settings).map((name) => [name, ' ']));
    assert.deepEqual(config(empty), config({}));
  });
});

describe('good values', () => {
  it('are read, each into its place', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const read = config({
      OPENAI_API_KEY: secret,
      OPENAI_BASE_URL: 'http://localhost:4010/v1',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      JAEGER_HOST: 'jaeger',
      BATON_MODEL: 'gpt-x, design=gpt-y',
      BATON_CAPABILITY_KEYS: `k2:${key},k1:${key}`,
      BATON_DATA_DIR: '/data',
      BATON_LOG: 'WARN',
      BATON_ALLOWED_HOSTS: 'Agents.internal:8080,[::1]:9000',
      BATON_SECRET_CRM_TOKEN: secret,
      BATON_AGENTS: 'one,two',
      BATON_PARTIAL_RESPONSES: 'true',
      BATON_ENDPOINTS: 'one=https://one.example/x?a=b',
      BATON_STORE_RETENTION_DAYS: '7',
    });
    assert.deepEqual(read.model, {
      apiKey: secret,
      baseUrl: 'http://localhost:4010/v1',
      names: { default: 'gpt-x', design: 'gpt-y' },
    });
    assert.deepEqual(read.telemetry, {
      serviceName: 'shop',
      jaeger: { host: 'jaeger', port: 6832 },
      queryUrl: 'http://jaeger:16686',
      standard: { OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' },
    });
    assert.deepEqual(
      read.capabilityKeys?.map((entry) => [entry.id, entry.secret.length]),
      [['k2', 32], ['k1', 32]], // prettier-ignore
    );
    assert.deepEqual([read.backend, read.dataDir], [{ type: 'embedded' }, '/data']);
    assert.equal(read.logLevel, 'warn');
    assert.deepEqual(read.allowedHosts, ['agents.internal:8080', '[::1]:9000']);
    assert.deepEqual(read.secrets, { CRM_TOKEN: secret });
    assert.deepEqual(read.function.endpoints, { one: 'https://one.example/x?a=b' });
    assert.equal(read.function.storeRetentionMs, 7 * 24 * 60 * 60 * 1000);
  });

  it('may ask for Jaeger by its port alone', () => {
    assert.deepEqual(config({ JAEGER_PORT: '6832' }).telemetry.jaeger, { host: 'localhost', port: 6832 });
  });
});

describe('problems', () => {
  it('name the nearest known setting for an unknown one', () => {
    const [problem] = problems({ BATON_DATADIR: 'x' });
    assert.equal(problem?.code, 'CONFIG_UNKNOWN');
    assert.match(problem.message, /the nearest is BATON_DATA_DIR\./);
    assert.match(problems({ BATON_SECRETS_X: 'x' })[0]?.message ?? '', /BATON_SECRET_<NAME>/);
    assert.deepEqual(codes({ BATON___PROTO__: 'x', BATON_: '1' }), ['CONFIG_UNKNOWN BATON___PROTO__', 'CONFIG_UNKNOWN BATON_']); // prettier-ignore
  });

  it('are all told at once', () => {
    assert.deepEqual(
      codes({ BATON_LOG: 'loud', JAEGER_PORT: '0', MONGODB_URI: 'mongodb://x', BATON_X: '1' }).toSorted(),
      [
        'CONFIG_CONFLICT KAFKA_BOOTSTRAP_SERVERS',
        'CONFIG_TYPE BATON_LOG',
        'CONFIG_TYPE JAEGER_PORT',
        'CONFIG_UNKNOWN BATON_X',
      ],
    );
  });

  it('tell one of Kafka and MongoDB from both', () => {
    assert.deepEqual(codes({ KAFKA_BOOTSTRAP_SERVERS: 'a:1' }), ['CONFIG_CONFLICT MONGODB_URI']);
    assert.deepEqual(config({ KAFKA_BOOTSTRAP_SERVERS: 'a:1, b:2', MONGODB_URI: 'mongodb://c' }).backend, {
      type: 'services',
      kafka: { brokers: ['a:1', 'b:2'], security: { type: 'plaintext' } },
      mongo: { uri: 'mongodb://c' },
    });
  });

  it('want brokers with ports and a URI of MongoDB', () => {
    const good = { KAFKA_BOOTSTRAP_SERVERS: 'a:1', MONGODB_URI: 'mongodb://c' };
    for (const brokers of ['broker', 'http://a:1', 'a:1 b:2'])
      assert.deepEqual(codes({ ...good, KAFKA_BOOTSTRAP_SERVERS: brokers }), [
        'CONFIG_TYPE KAFKA_BOOTSTRAP_SERVERS',
      ]);
    const [wrong] = problems({ ...good, MONGODB_URI: `postgres://u:${secret}@x` });
    assert.equal(`${wrong?.code} ${wrong?.name}`, 'CONFIG_TYPE MONGODB_URI');
    assert.ok(!JSON.stringify(wrong).includes(secret));
  });

  it('never talk to Kafka in plain text because only a user or an authority was named', () => {
    const services = { KAFKA_BOOTSTRAP_SERVERS: 'a:1', MONGODB_URI: 'mongodb://c' };
    const login = { BATON_KAFKA_USERNAME: 'u', BATON_KAFKA_PASSWORD: secret };
    const refused: readonly (readonly [NodeJS.ProcessEnv, readonly string[]])[] = [
      [login, ['BATON_KAFKA_USERNAME', 'BATON_KAFKA_PASSWORD']],
      [{ BATON_KAFKA_CA_FILE: '/ca.pem' }, ['BATON_KAFKA_CA_FILE']],
      [{ BATON_KAFKA_TLS: 'true' }, ['BATON_KAFKA_TLS']],
      [{ BATON_KAFKA_SECURITY: 'tls', BATON_KAFKA_TLS: 'false' }, ['BATON_KAFKA_TLS']],
      [
        {
          BATON_KAFKA_SECURITY: 'scram-sha-256',
          ...login,
          BATON_KAFKA_TLS: 'false',
          BATON_KAFKA_CA_FILE: '/x',
        },
        ['BATON_KAFKA_CA_FILE'],
      ],
    ];
    for (const [env, names] of refused)
      assert.deepEqual(
        codes({ ...services, ...env }),
        names.map((name) => `CONFIG_CONFLICT ${name}`),
      );
    config({ ...services, BATON_KAFKA_SECURITY: 'tls', BATON_KAFKA_CA_FILE: '/ca.pem' });
    config(login);
  });

  it('want what a way of authenticating needs', () => {
    const services = { KAFKA_BOOTSTRAP_SERVERS: 'a:1', MONGODB_URI: 'mongodb://c' };
    const scram = { ...services, BATON_KAFKA_SECURITY: 'scram-sha-512', BATON_KAFKA_USERNAME: 'u' };
    assert.deepEqual(codes(scram), ['CONFIG_CONFLICT BATON_KAFKA_PASSWORD']);
    assert.deepEqual(codes({ ...services, BATON_KAFKA_SECURITY: 'msk-iam' }), ['CONFIG_CONFLICT AWS_REGION']);
    const ca = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----';
    const tls = { ...services, BATON_KAFKA_SECURITY: 'tls', BATON_KAFKA_CA: ca };
    const { backend: trusting } = config(tls);
    assert.deepEqual(trusting.type === 'services' && trusting.kafka.security, { type: 'tls', ca });
    assert.deepEqual(codes({ ...tls, BATON_KAFKA_CA_FILE: 'ca.pem' }), ['CONFIG_CONFLICT BATON_KAFKA_CA']);
    assert.deepEqual(codes({ ...tls, BATON_KAFKA_CA: 'ca.pem' }), ['CONFIG_TYPE BATON_KAFKA_CA']);
    const { backend } = config({ ...scram, BATON_KAFKA_PASSWORD: secret, BATON_KAFKA_TLS: 'false' });
    assert.deepEqual(backend.type === 'services' && backend.kafka.security, {
      type: 'scram',
      mechanism: 'scram-sha-512',
      username: 'u',
      password: secret,
      tls: false,
    });
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['BATON_KAFKA_SECURITY', 'ssl'],
    ['BATON_MONGODB_POOL', '0'],
    ['OPENAI_API_KEY', 'two words'],
    ['OPENAI_BASE_URL', 'api.openai.com'],
    ['OPENAI_BASE_URL', 'file:///etc/passwd'],
    ['JAEGER_HOST', 'http://jaeger'],
    ['JAEGER_PORT', '65536'],
    ['JAEGER_PORT', '1e3'],
    ['BATON_LOG', 'verbose'],
    ['BATON_MODEL', 'design='],
    ['BATON_MODEL', 'a=b,a=c'],
    ['BATON_CAPABILITY_KEYS', 'k1'],
    ['BATON_CAPABILITY_KEYS', `k1:${Buffer.alloc(31).toString('base64')}`],
    ['BATON_CAPABILITY_KEYS', `K1:${Buffer.alloc(32).toString('base64')}`],
    ['BATON_ALLOWED_HOSTS', 'https://x'],
    ['BATON_AGENTS', 'One'],
    ['BATON_PARTIAL_RESPONSES', 'yes'],
    ['BATON_ENDPOINTS', 'one:https://x'],
    ['BATON_STORE_RETENTION_DAYS', '-1'],
    ['BATON_STORE_RETENTION_DAYS', '6'],
    ['BATON_STORE_RETENTION_DAYS', '3651'],
    ['BATON_STORE_RETENTION_DAYS', '1.5'],
  ];
  for (const [name, value] of wrong)
    it(`refuse ${name}=${value.slice(0, 24)}, saying what was expected`, () => {
      assert.deepEqual(codes({ [name]: value }), [`CONFIG_TYPE ${name}`]);
      const [problem] = problems({ [name]: value });
      assert.match(problem?.message ?? '', /cannot be used: given .+\. Expected .+\. Set it so, or unset it/);
    });

  it('never show a secret', () => {
    const all = problems({
      OPENAI_API_KEY: `${secret} ${secret}`,
      OPENAI_BASE_URL: 'x',
      BATON_CAPABILITY_KEYS: secret,
      MONGODB_URI: `mongodb://root:${secret}@db`,
      BATON_SECRET_A: 'short',
      BATON_SECRET_B: '',
      BATON_SECRET_lower: secret,
    });
    assert.equal(all.length, 7);
    assert.doesNotMatch(JSON.stringify(all), new RegExp(`${secret}|"short"`));
    assert.deepEqual(all.find(({ name }) => name === 'BATON_SECRET_B')?.code, 'SECRET_MISSING');
  });
});
