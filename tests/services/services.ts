/** Where the services are that the suites of this folder run against. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

export const bootstrapServers = (): string => setting('KAFKA_BOOTSTRAP_SERVERS');
export const mongodbUri = (): string => setting('MONGODB_URI');
export const jaegerQueryUrl = (): string => setting('JAEGER_QUERY_URL');
export const otlpEndpoint = (): string => setting('OTEL_EXPORTER_OTLP_ENDPOINT');

/** The server of MONGODB_URI, with a database that nobody else has. */
export function ownDatabase(purpose: string): string {
  const url = new URL(mongodbUri());
  url.pathname = `/${purpose}-${randomUUID().slice(0, 8)}`;
  return url.href;
}

export function setting(name: string): string {
  const value = process.env[name];
  assert.ok(
    value,
    `${name} is not set. Got: nothing. Expected: the address of a service that runs. Fix: use npm run test:services.`,
  );
  return value;
}
