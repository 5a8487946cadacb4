import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newReport } from './report.ts';
import { decodeText, maxSourceBytes } from './source-text.ts';

function decoded(source: string | Uint8Array): string | undefined {
  const report = newReport();
  return decodeText(source, report) ?? report.problems[0]?.message;
}

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe('the text of a file', () => {
  it('is taken up to its limit, as bytes and as text', () => {
    assert.equal(decoded('a'.repeat(maxSourceBytes))?.length, maxSourceBytes);
    assert.equal(decoded(new Uint8Array(maxSourceBytes).fill(97))?.length, maxSourceBytes);
    assert.equal(decoded('a'.repeat(maxSourceBytes + 1)), 'the file has 1048577 bytes');
    assert.equal(decoded(new Uint8Array(maxSourceBytes + 1)), 'the file has 1048577 bytes');
  });

  it('loses a byte order mark at its beginning, and none elsewhere', () => {
    assert.equal(decoded('\ufeffa\ufeffb'), 'a\ufeffb');
    assert.equal(decoded('a\ufeff'), 'a\ufeff');
    assert.equal(decoded(bytes(0xef, 0xbb, 0xbf, 0x61)), 'a');
  });

  it('is refused with the first control character by its number', () => {
    assert.equal(decoded('ab\u001bc\u0001'), 'not a text file: control character U+001B at offset 2');
    assert.equal(decoded('\tfine\r\n'), '\tfine\r\n');
  });

  it('is refused with the first half of a pair', () => {
    assert.equal(decoded('ab\ud800'), 'not a text file: an unpaired surrogate at offset 2');
  });

  it('is refused with the first byte that is not UTF-8, also behind long characters', () => {
    const at = (offset: number) => `not a text file: invalid UTF-8 at byte offset ${offset}`;
    assert.equal(decoded(bytes(0xff)), at(0));
    assert.equal(decoded(bytes(0x61, 0x62, 0xff, 0x63)), at(2));
    assert.equal(decoded(bytes(0xf0, 0x9f, 0x98, 0x80, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0x61)), at(8));
    assert.equal(decoded(bytes(0x61, 0xf0, 0x9f, 0x98)), at(3), 'cut off in the middle of a character');
  });
});
