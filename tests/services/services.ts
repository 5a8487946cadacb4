/** Where the services are that the suites of this folder run against. */
import assert from 'node:assert/strict';

export const bootstrapServers = (): string => setting('KAFKA_BOOTSTRAP_SERVERS');
export const mongodbUri = (): string => setting('MONGODB_URI');

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(
    value,
    `${name} is not set. Got: nothing. Expected: the address of a service that runs. Fix: use npm run test:services.`,
  );
  return value;
}
