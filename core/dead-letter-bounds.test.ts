import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesOfRecord,
  deadLetterHeaders,
  deadLetterLimitBytes,
  deadLetterRecord,
  deadLetterReference,
} from './dead-letter.ts';
import { runIdOf } from './ids.ts';
import { type LogRecord } from './ports.ts';

const kept = 64 * 1024;
const record: LogRecord = {
  ...{ topic: 't', partition: 3, offset: 42, timestamp: 1 },
  ...{ key: Buffer.from('key'), value: Buffer.from('v'), headers: [['name', Buffer.alloc(10)]] },
};
const problem = { code: 'CE_PARSE', reason: 'not JSON' };
const namesOf = (letter: { readonly headers: readonly (readonly [string, Uint8Array])[] }) =>
  letter.headers.map(([name]) => name);
const own = ['code', 'reason', 'topic', 'partition', 'offset'].map((name) => `baton-dlq-${name}`);

test('a letter fits below 2 MiB, with 16 KiB left for the frame of its batch', () => {
  assert.equal(deadLetterLimitBytes, 2_080_768);
});

test('the size of a record is its value, its key and its headers with 8 bytes for each', () => {
  const headers = [
    ['ab', Buffer.alloc(3)],
    ['c', Buffer.alloc(5)],
  ] as const;
  assert.equal(bytesOfRecord({ topic: 't', key: 'é', value: Buffer.alloc(7), headers }), 7 + 2 + 13 + 14);
});

test('a letter has the headers it needs and no empty ones', () => {
  assert.deepEqual(namesOf(deadLetterRecord(record, problem)), ['name', ...own]);
  const odd = deadLetterRecord({ ...record, key: Uint8Array.of(0xff) }, problem);
  assert.deepEqual(namesOf(odd), ['name', ...own, deadLetterHeaders.key]);
  assert.equal(odd.key, '');
  assert.equal(deadLetterRecord({ ...record, key: Buffer.from('\ufeffkey') }, problem).key, '\ufeffkey');
  const bare = deadLetterRecord({ ...record, key: null, value: null }, problem);
  assert.deepEqual([bare.key, bare.value.byteLength], ['', 0]);
  assert.deepEqual(namesOf(bare), ['name', ...own, deadLetterHeaders.absent]);
});

test('a reference keeps key and headers up to 64 KiB, and leaves longer ones behind', () => {
  const letterOf = (change: Partial<LogRecord>) =>
    deadLetterReference({ ...record, ...change }, problem).letter;
  assert.equal(letterOf({}).key, 'key');
  assert.deepEqual(namesOf(letterOf({})), ['name', ...own, deadLetterHeaders.blob]);
  assert.equal(letterOf({ key: Buffer.alloc(kept, 'x') }).key.length, kept);
  assert.equal(letterOf({ key: Buffer.alloc(kept + 1, 'x') }).key, '');
  assert.deepEqual([letterOf({ key: null }).key, letterOf({ key: Uint8Array.of(0xff) }).key], ['', '']);
  assert.ok(!namesOf(letterOf({ key: Uint8Array.of(0xff) })).includes(deadLetterHeaders.key));
  const headers = (bytes: number): LogRecord['headers'] => [['h', Buffer.alloc(bytes - 9)]];
  assert.ok(namesOf(letterOf({ headers: headers(kept) })).includes('h'));
  assert.ok(!namesOf(letterOf({ headers: headers(kept + 1) })).includes('h'));
});

test('the blob of a reference lies in the folder of dead letters, named by the place of its record', () => {
  const tenant = 'dead-letters';
  const { scope, bytes } = deadLetterReference({ ...record, value: null }, problem).blob;
  assert.deepEqual(scope, { tenant, runId: runIdOf({ tenant, source: 't', id: '3:42' }) });
  assert.equal(bytes.byteLength, 0);
});
