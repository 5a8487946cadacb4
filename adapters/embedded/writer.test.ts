import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { number } from './columns.ts';
import { type Database, openDatabase } from './database.ts';

let folder = '';
let syncs = 0;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-writer-'));
  syncs = 0;
  database = openDatabase(folder, () => {
    syncs += 1;
  });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const insert = (name: string) => () =>
  database.statement('INSERT INTO active_definitions (name, digest) VALUES (?, ?)').run(name, 'd');
const count = (): number =>
  number(database.statement('SELECT count(*) FROM active_definitions').row() ?? [], 0);

test('a durable write syncs once, a relaxed one never', async () => {
  await database.writer.relaxed(insert('a'));
  assert.deepEqual([count(), syncs], [1, 0]);
  await database.writer.durable(insert('b'));
  assert.deepEqual([count(), syncs], [2, 1]);
});

test('a transaction with a durable write runs with synchronous FULL, any other with NORMAL', async () => {
  // SQLite answers this pragma when it is compiled: every look needs a text of its own.
  let look = 0;
  const level = (): number => number(database.statement(`PRAGMA synchronous -- ${look++}`).row() ?? [], 0);
  assert.equal(await database.writer.relaxed(level), 1);
  assert.equal(await database.writer.durable(level), 2);
  assert.deepEqual(
    await Promise.all([database.writer.relaxed(level), database.writer.durable(level)]),
    [2, 2],
  );
  assert.equal(await database.writer.relaxed(level), 1);
});

test('writes asked for at once share one transaction and one sync', async () => {
  const write = async (name: string): Promise<void> => {
    await Promise.resolve();
    await database.writer.durable(insert(name));
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(write));
  assert.deepEqual([count(), syncs], [4, 1]);
});

test('a write that fails undoes itself only: those beside it are stored', async () => {
  const failing = (): never => {
    insert('half')();
    throw new Error('no');
  };
  const results = await Promise.allSettled([
    database.writer.durable(insert('a')),
    database.writer.durable(failing),
    database.writer.relaxed(insert('b')),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(count(), 2);
});

test('a lazy write goes with the next transaction, or by itself a moment later', async () => {
  const lazy = database.writer.lazy(insert('lazy'));
  assert.equal(count(), 0);
  await database.writer.durable(insert('a'));
  await lazy;
  assert.deepEqual([count(), syncs], [2, 1]);
  await database.writer.lazy(insert('alone'));
  assert.deepEqual([count(), syncs], [3, 1]);
});

test('closing writes what is still waiting', async () => {
  const lazy = database.writer.lazy(insert('lazy'));
  database.close();
  await lazy;
  database = openDatabase(folder, () => undefined);
  assert.equal(count(), 1);
});
