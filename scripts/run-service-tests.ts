/**
 * Runs the suites in `tests/services`, which need a real Kafka, MongoDB and Jaeger: `npm run test:services [-- part …]`.
 * Nothing is skipped: where a service is not named, everything fails at once.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

const services = {
  KAFKA_BOOTSTRAP_SERVERS: 'host:port of a Kafka broker, for example 127.0.0.1:9092',
  MONGODB_URI: 'the address of a replica set, for example mongodb://127.0.0.1:27017/?replicaSet=rs0',
  JAEGER_QUERY_URL: 'where Jaeger is asked, for example http://127.0.0.1:16686',
  JAEGER_HOST: 'the host of its agent, for example 127.0.0.1',
  JAEGER_PORT: 'the UDP port at which its agent takes binary Thrift, for example 6832',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'where it takes OTLP over HTTP, for example http://127.0.0.1:4318',
} as const;

const missing = Object.entries(services).filter(([name]) => (process.env[name] ?? '') === '');
for (const [name, expected] of missing)
  process.stderr.write(
    `SERVICE_MISSING: the tests have no service to run against. Got: ${name} is not set. Expected: ${expected}. ` +
      `Fix: npm run services -- up && eval "$(npm run -s services -- env)".\n`,
  );
if (missing.length > 0) process.exit(4);

const asked = process.argv.slice(2);
const files = globSync('tests/services/**/*.test.ts')
  .filter((file) => asked.length === 0 || asked.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`no file in tests/services matches '${asked.join(' ')}'; expected part of a path\n`);
  process.exit(2);
}

const { status } = spawnSync(
  process.execPath,
  // They mostly wait for a broker, which they share.
  ['--test', '--test-reporter=spec', '--test-concurrency=2', '--test-timeout=300000', ...files],
  { stdio: 'inherit', env: withoutSettings(process.env) },
);
process.exit(status ?? 1);

/** Of the settings of the person who runs them, tests find where services and jars are, and nothing else. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(BATON_|KAFKA_|MONGODB_|OPENAI_|OTEL_|JAEGER_)/;
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name in services || name === 'KAFKA_JARS' || !foreign.test(name)),
  );
}
