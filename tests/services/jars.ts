/** The jars of Apache Kafka, for its own command-line clients and for brokers of a test's own. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where `npm run services` keeps them, or where KAFKA_JARS says. */
export function jars(): string {
  const [found] = globSync('.cache/services/kafka-*/libs/kafka_2.*.jar');
  const folder = process.env['KAFKA_JARS'] ?? (found === undefined ? undefined : resolve(dirname(found)));
  assert.ok(
    folder,
    'JARS_MISSING: a test starts a broker of its own. Got: no jars. Expected: those of Apache Kafka in ' +
      '.cache/services or in KAFKA_JARS. Fix: npm run services -- up.',
  );
  return folder;
}
