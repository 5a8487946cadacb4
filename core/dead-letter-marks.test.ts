/** Records of the dead letter topic that others wrote, or that are written badly, are read as far as they can be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadLetterHeaders, deadLetterRecord, deadLetterReference } from './dead-letter.ts';
import { originalRecord, readDeadLetter, redriveMark } from './dead-letter-read.ts';
import { type Json } from './json.ts';
import { type LogRecord } from './ports.ts';

const problem = { code: 'CE_PARSE', reason: 'not JSON' };
const record: LogRecord = {
  ...{ topic: 'workflow.dlq', partition: 3, offset: 17, timestamp: 5, key: null, headers: [] },
  value: Buffer.from('{}'),
};

test('a mark without the name of a person is read without it', () => {
  const headers = [[deadLetterHeaders.redriven, Buffer.from('1/2')]] as const;
  const markOf = (value: string | null): unknown =>
    readDeadLetter({ ...record, headers, value: value === null ? null : Buffer.from(value) });
  const nobody = { type: 'redriven', id: '1/2', at: 5, by: '' };
  for (const value of [null, '', 'not JSON', 'null', '[]', '{}', '{"by":7}', '"ada"', '{"by":null}'])
    assert.deepEqual(markOf(value), nobody, String(value));
  assert.deepEqual(markOf('{"by":"ada"}'), { ...nobody, by: 'ada' });
});

test('a letter whose value does not name a blob holds its bytes, whatever its header says', () => {
  const { letter, blob } = deadLetterReference({ ...record, topic: 'workflow.request' }, problem);
  const named = { ...blob.scope, ...blob.ref };
  const read = (value: Uint8Array | null, headers = letter.headers): unknown => {
    const found = readDeadLetter({ ...record, headers, value });
    return found?.type === 'letter' ? found.original.value : found;
  };
  const of = (said: Json): Uint8Array => Buffer.from(JSON.stringify(said));
  assert.deepEqual(read(of({ blob: named })), { scope: blob.scope, ref: blob.ref });
  const { tenant, runId, digest, bytes } = named;
  for (const said of [
    null,
    'blob',
    [],
    {},
    { blob: null },
    { blob: 'x' },
    { blob: { runId, digest, bytes } },
    { blob: { tenant, digest, bytes } },
    { blob: { tenant, runId, bytes } },
    { blob: { tenant, runId, digest } },
    { blob: { ...named, bytes: '7' } },
  ])
    assert.deepEqual(read(of(said)), of(said), JSON.stringify(said));
  assert.deepEqual(read(Buffer.from('no JSON')), Buffer.from('no JSON'));
  assert.deepEqual(read(null), new Uint8Array(0));
  // Without the header it is a letter that holds these very bytes.
  const plain = letter.headers.filter(([name]) => name !== deadLetterHeaders.blob);
  assert.deepEqual(read(of({ blob: named }), plain), of({ blob: named }));
});

test('the key of a letter is the key of the record, empty where it had none that was named as absent', () => {
  const { headers } = deadLetterRecord({ ...record, key: Buffer.from('k') }, problem);
  const keyOf = (key: Uint8Array | null): unknown => {
    const found = readDeadLetter({ ...record, headers, key });
    return found?.type === 'letter' && found.original.key;
  };
  assert.deepEqual(keyOf(Buffer.from('k')), Buffer.from('k'));
  assert.deepEqual(keyOf(null), new Uint8Array(0));
});

test('a byte order mark stays part of a key that is sent again', () => {
  const original = { topic: 't', partition: 0, offset: 0, value: 'absent', headers: [] } as const;
  const keyOf = (key: Uint8Array | null): string =>
    originalRecord({ ...original, key }, new Uint8Array(0)).key;
  assert.equal(keyOf(Buffer.from('\ufeffk')), '\ufeffk');
  assert.equal(keyOf(null), '');
});

test('a mark lies on the topic of letters, without a key of its own', () => {
  const { topic, key, value } = redriveMark('1/2', { at: 9, by: 'ada' });
  assert.deepEqual([topic, key], ['workflow.dlq', '']);
  assert.deepEqual(JSON.parse(Buffer.from(value).toString()), { redriven: '1/2', at: 9, by: 'ada' });
});
