import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bytesOfRecord,
  deadLetterHeaders,
  deadLetterLimitBytes,
  deadLetterRecord,
  deadLetterReference,
} from './dead-letter.ts';
import { sha256 } from './json.ts';
import { type LogRecord, type OutgoingRecord } from './ports.ts';

const record: LogRecord = {
  topic: 'workflow.step.response',
  partition: 3,
  offset: 42,
  timestamp: 1,
  key: Buffer.from('a key'),
  value: Buffer.from([0xff, 0x00, 0x7b]),
  headers: [['traceparent', Buffer.from('t')]],
};
const problem = { code: 'CE_PARSE', reason: 'not JSON' };
const last = (letter: OutgoingRecord, name: string): string | undefined => {
  const found = letter.headers.findLast(([header]) => header === name)?.[1];
  return found === undefined ? undefined : Buffer.from(found).toString();
};

describe('a dead letter', () => {
  it('has the bytes, the key and the headers of the original, and says why and from where', () => {
    const letter = deadLetterRecord(record, problem);
    assert.equal(letter.topic, 'workflow.dlq');
    assert.equal(letter.key, 'a key');
    assert.deepEqual(letter.value, record.value);
    assert.deepEqual(letter.headers[0], record.headers[0]);
    assert.deepEqual(
      (['code', 'reason', 'topic', 'partition', 'offset'] as const).map((name) =>
        last(letter, deadLetterHeaders[name]),
      ),
      ['CE_PARSE', 'not JSON', 'workflow.step.response', '3', '42'],
    );
  });

  it('of a letter has its own headers last', () => {
    const again = deadLetterRecord(
      { ...record, headers: deadLetterRecord(record, problem).headers },
      { code: 'ENGINE_BUG', reason: 'again' },
    );
    assert.equal(last(again, deadLetterHeaders.code), 'ENGINE_BUG');
  });

  it('tells a missing key and value from empty ones', () => {
    const absent = (given: Partial<LogRecord>) =>
      last(deadLetterRecord({ ...record, ...given }, problem), deadLetterHeaders.absent);
    assert.equal(absent({ key: null, value: null }), 'key,value');
    assert.equal(absent({ value: null }), 'value');
    assert.equal(absent({ key: new Uint8Array(), value: new Uint8Array() }), undefined);
  });

  it('keeps every key, as text or as bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (key) => {
        const letter = deadLetterRecord({ ...record, key }, problem);
        const bytes = letter.headers.findLast(([name]) => name === deadLetterHeaders.key)?.[1];
        assert.deepEqual(Buffer.from(bytes ?? new TextEncoder().encode(letter.key)), Buffer.from(key));
      }),
    );
  });

  it('cuts a long reason', () => {
    const letter = deadLetterRecord(record, { code: 'X1', reason: 'x'.repeat(5000) });
    assert.equal(last(letter, deadLetterHeaders.reason)?.length, 1024);
  });
});

describe('a letter too large for the topic', () => {
  it('names the blob of its bytes, in a folder that follows from its place', () => {
    const value = Buffer.alloc(3 * 1024 * 1024, 1);
    const large = { ...record, value };
    assert.ok(bytesOfRecord(deadLetterRecord(large, problem)) > deadLetterLimitBytes);
    const { letter, blob } = deadLetterReference(large, problem);
    assert.ok(bytesOfRecord(letter) < 10_000);
    assert.equal(last(letter, deadLetterHeaders.blob), `sha256:${sha256(value)}`);
    assert.deepEqual(JSON.parse(Buffer.from(letter.value).toString()), {
      blob: { ...blob.scope, ...blob.ref },
    });
    assert.deepEqual(blob.bytes, value);
    assert.deepEqual(deadLetterReference(large, problem).blob.scope, blob.scope);
    assert.notDeepEqual(deadLetterReference({ ...large, offset: 43 }, problem).blob.scope, blob.scope);
  });

  it('because of its headers or key leaves them behind', () => {
    const huge = Buffer.alloc(3 * 1024 * 1024);
    const headers: LogRecord['headers'] = [['x', huge]];
    assert.ok(bytesOfRecord(deadLetterReference({ ...record, headers }, problem).letter) < 10_000);
    assert.ok(bytesOfRecord(deadLetterReference({ ...record, key: huge }, problem).letter) < 10_000);
  });
});
