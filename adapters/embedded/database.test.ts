import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { openDatabase } from './database.ts';
import { openEmbedded } from './open.ts';
import { timerQueries } from './run-timers.ts';
import { schema, schemaVersion } from './schema.ts';

let folder = '';
const clock = { now: () => 1_000 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-database-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const open = () => openDatabase(folder, () => undefined, { busyTimeoutMs: 20 });
const file = () => join(folder, 'baton.db');

/** The one kind of error that may leave, its text with code and four parts. */
const problem = (code: string) => (error: unknown) => {
  assert.ok(error instanceof InfrastructureError, String(error));
  assert.match(error.message, new RegExp(`^${code}: .+\\. Got: .+\\. Expected: .+\\. Fix: .+\\.$`, 's'));
  return true;
};

test('a folder of a newer version is refused and left as it is', () => {
  open().close();
  const raw = new DatabaseSync(file());
  raw.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  raw.close();
  for (let attempt = 0; attempt < 2; attempt += 1) assert.throws(open, problem('STORE_TOO_NEW'));
});

test('a file that is no database is refused', () => {
  writeFileSync(file(), 'this is not a database, however long the text may be '.repeat(100));
  assert.throws(open, problem('STORE_CORRUPT'));
});

test('a database cut short is refused where it is read', async () => {
  const whole = openEmbedded({ folder, clock });
  await whole.log.createTopics([{ name: 't', partitions: 1 }]);
  const value = Buffer.alloc(50_000);
  await whole.log.publish(Array.from({ length: 20 }, () => ({ topic: 't', key: 'a', value, headers: [] })));
  await whole.close();
  truncateSync(file(), 8_192);
  await assert.rejects(async () => {
    const cut = openEmbedded({ folder, clock });
    try {
      for await (const _record of cut.log.read({ topic: 't', from: 'beginning', follow: false }));
    } finally {
      await cut.close();
    }
  }, problem('STORE_CORRUPT'));
});

test("a folder that is made is its owner's alone, and one that is there keeps its rights", () => {
  const data = join(folder, 'new', 'data');
  const rightsOf = (path: string) => statSync(path).mode & 0o777;
  openDatabase(data, () => undefined, { busyTimeoutMs: 20 }).close();
  assert.equal(rightsOf(data), 0o700);
  chmodSync(data, 0o750);
  openDatabase(data, () => undefined, { busyTimeoutMs: 20 }).close();
  assert.equal(rightsOf(data), 0o750);
});

test('a folder that cannot be made is refused', () => {
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file', 'data');
  assert.throws(() => openEmbedded({ folder: below, clock }), problem('STORE_READ_ONLY'));
});

test('a write that another process keeps waiting fails typed, and works once that is gone', async () => {
  const database = open();
  const other = new DatabaseSync(file());
  other.exec('BEGIN IMMEDIATE');
  const insert = () =>
    database.statement("INSERT INTO active_definitions (name, digest) VALUES ('a', 'd')").run();
  await assert.rejects(database.writer.durable(insert), problem('STORE_BUSY'));
  other.exec('ROLLBACK');
  other.close();
  assert.equal(await database.writer.durable(insert), 1);
  database.close();
});

test('a closed folder answers with a typed error', async () => {
  const embedded = openEmbedded({ folder, clock });
  await embedded.log.createTopics([{ name: 't', partitions: 1 }]);
  const consumer = await embedded.log.consumer({ topic: 't', group: 'g' });
  const waiting = consumer.poll({ maxRecords: 1, maxWaitMs: 60_000 });
  await embedded.close();
  await embedded.close();
  assert.deepEqual(await waiting, []);
  await assert.rejects(consumer.poll({ maxRecords: 1, maxWaitMs: 0 }), problem('CONSUMER_CLOSED'));
  await assert.rejects(embedded.store.commits.load([]), problem('STORE_CLOSED'));
  await assert.rejects(embedded.log.publish([{ topic: 't', key: 'a', value: Buffer.from(''), headers: [] }]));
});

test('the queries of the timer search an index, so parked runs cost nothing', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(schema);
  for (const sql of Object.values(timerQueries)) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    assert.deepEqual(
      plan.map((step) => /^SEARCH runs USING INDEX runs_(due|sent) /.test(String(step['detail']))),
      [true],
    );
  }
  database.close();
});
