/** Every code that the source names is in the reference, and the reference names no code that is gone. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { settings } from '#adapters/settings.ts';
import { errorSections } from './errors-page.ts';

const documented = new Set(errorSections.flatMap(([, codes]) => Object.keys(codes)));

/** Names in capitals that are no codes: settings, words of Kafka, SQLite, Node and the YAML library. */
const otherNames = new Set([...Object.keys(settings), 'BATON_SECR', 'CREATE_TIME', 'LOG_APPEND_TIME', 'MULTIPLE_DOCS', 'UNEXPECTED_TOKEN']); // prettier-ignore
/** Errors of Kafka's protocol, which the adapter turns into codes. */
const kafkaNames = new Set(['AUTHORIZATION_FAILED', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS', 'INVALID_REPLICATION_FACTOR', 'MESSAGE_TOO_LARGE', 'NOT_COORDINATOR_FOR_GROUP', 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'RECORD_LIST_TOO_LARGE', 'SASL_AUTHENTICATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNSUPPORTED_SASL_MECHANISM']); // prettier-ignore
/** Words of AWS's own interfaces, and of Jaeger's. */
const awsNames = new Set(['CHILD_OF', 'PER_TOPIC_PER_BROKER', 'SASL_SCRAM_512_AUTH', 'SERVER_ROOT_CA_CERTIFICATE', 'TRIM_HORIZON', 'VPC_SECURITY_GROUP', 'VPC_SUBNET']); // prettier-ignore
const isForeign = (name: string): boolean =>
  otherNames.has(name) || kafkaNames.has(name) || awsNames.has(name) || /^(?:ERR|OTEL|SQLITE)_/.test(name);

const sources = globSync('{core,cli,functions,adapters,local,infra}/**/*.ts').filter(
  (file) => !/\.(?:test|fixtures?)\.ts$|\/fixtures\/|loopback-/.test(file),
);
const named = new Set(
  sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/['"`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?=['"`:])/g)].map(
      ([, name = '']) => name,
    ),
  ),
);

describe('the reference of error codes', () => {
  it('has every code that the source names', () => {
    assert.ok(named.size > 50, 'the source was read');
    assert.deepEqual([...named].filter((name) => !documented.has(name) && !isForeign(name)), []);
  }); // prettier-ignore

  it('has no code of its own that the source does not name', () => {
    const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    assert.deepEqual([...documented].filter((code) => !text.includes(code)), []);
  }); // prettier-ignore

  it('says of each code what it means, how one meets it and what to do', () => {
    for (const [title, codes] of errorSections)
      for (const [code, cells] of Object.entries(codes))
        assert.ok(cells.length === 3 && cells.every((cell) => cell !== ''), `${title}: ${code}`);
  });
});
