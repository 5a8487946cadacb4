import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deadLetterHeaders, deadLetterRecord, deadLetterReference } from './dead-letter.ts';
import { originalRecord, readDeadLetter, redriveMark, type Letter } from './dead-letter-read.ts';
import { type LogRecord, type OutgoingRecord } from './ports.ts';

const problem = { code: 'CE_PARSE', reason: 'not JSON' };

/** As the log gives back what was published. */
const stored = ({ key, value, headers, topic }: OutgoingRecord): LogRecord => ({
  ...{ topic, partition: 3, offset: 17, timestamp: 5, value, headers },
  key: key === '' ? null : Buffer.from(key),
});

function letterOf(outgoing: OutgoingRecord): Letter {
  const read = readDeadLetter(stored(outgoing));
  assert.equal(read?.type, 'letter');
  return read;
}

const bytes = fc.uint8Array({ maxLength: 40 });
const header = fc.tuple(
  fc.oneof(fc.constantFrom(...Object.values(deadLetterHeaders)), fc.constant('traceparent')),
  bytes,
);
const anyRecord: fc.Arbitrary<LogRecord> = fc.record({
  topic: fc.constantFrom('workflow.request', 'workflow.step.response'),
  partition: fc.nat(7),
  offset: fc.nat(),
  timestamp: fc.nat(),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(header, { maxLength: 6 }),
});

describe('a dead letter read back', () => {
  it('is the original record, whatever its bytes and headers were (DR1)', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { original, ...letter } = letterOf(deadLetterRecord(record, problem));
        assert.deepEqual(letter, { type: 'letter', id: '3/17', at: 5, ...problem });
        const { topic, partition, offset, headers } = record;
        assert.deepEqual(
          { ...original, key: original.key && [...original.key] },
          {
            ...{ topic, partition, offset, headers },
            key: record.key && [...record.key],
            value: record.value ?? 'absent',
          },
        );
      }),
    );
  });

  it('is published again with the same bytes and headers, and with its key where that is text', () => {
    fc.assert(
      fc.property(anyRecord, fc.string({ minLength: 1 }), (record, key) => {
        const { original } = letterOf(deadLetterRecord({ ...record, key: Buffer.from(key) }, problem));
        const again = originalRecord(original, record.value ?? new Uint8Array(0));
        assert.deepEqual(again, {
          topic: record.topic,
          key: Buffer.from(key).toString(),
          value: record.value ?? new Uint8Array(0),
          headers: record.headers,
        });
      }),
    );
    const { original } = letterOf(deadLetterRecord({ ...sample, key: Uint8Array.of(0xff, 0x00) }, problem));
    assert.equal(originalRecord(original, new Uint8Array(0)).key, '');
  });

  it('of a letter is the letter before it', () => {
    const first = deadLetterRecord(sample, problem);
    const again = letterOf(deadLetterRecord(stored(first), { code: 'ENGINE_BUG', reason: 'again' }));
    assert.equal(again.code, 'ENGINE_BUG');
    assert.deepEqual(again.original.headers, first.headers);
  });

  it('names the blob that keeps its value', () => {
    const { letter, blob } = deadLetterReference(sample, problem);
    assert.deepEqual(letterOf(letter).original.value, { scope: blob.scope, ref: blob.ref });
  });

  it('is told from a mark, which names the letter it is about, and from what others wrote', () => {
    const mark = redriveMark('3/17', { at: 9, by: 'ada' });
    assert.deepEqual(readDeadLetter(stored(mark)), { type: 'redriven', id: '3/17', at: 5, by: 'ada' });
    assert.equal(readDeadLetter(sample), undefined);
    // A record that looks like a mark and was refused is a letter.
    assert.equal(letterOf(deadLetterRecord(stored(mark), problem)).code, 'CE_PARSE');
  });
});

const sample: LogRecord = {
  topic: 'workflow.step.response',
  partition: 1,
  offset: 42,
  timestamp: 1,
  key: Buffer.from('a key'),
  value: Buffer.from('{}'),
  headers: [['traceparent', Buffer.from('t')]],
};
