import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeaders, traceparentOf } from './event-headers.ts';

const good = `00-${'0a'.repeat(16)}-${'0b'.repeat(8)}-01`;
const of = (...texts: readonly string[]): string | undefined =>
  traceparentOf(texts.map((text) => ['traceparent', Buffer.from(text)] as const));

test('the trace context of a record is its last header traceparent', () => {
  assert.equal(of(good), good);
  assert.equal(of('first', good), good);
  assert.equal(of(good, 'last'), undefined);
  assert.equal(
    traceparentOf([
      ['traceparent', Buffer.from(good)],
      ['tracestate', Buffer.from('a=b')],
    ]),
    good,
  );
});

test('a record without one, or with what is none, has no trace context', () => {
  assert.equal(of(), undefined);
  assert.equal(traceparentOf([['Traceparent', Buffer.from(good)]]), undefined);
  assert.equal(traceparentOf([['traceparent', Uint8Array.of(0xff)]]), undefined);
  const [version = '', trace = '', span = '', flags = ''] = good.split('-');
  for (const parts of [
    ['0', trace, span, flags],
    ['zz', trace, span, flags],
    [version, trace.slice(1), span, flags],
    [version, trace.toUpperCase(), span, flags],
    [version, trace, span.slice(1), flags],
    [version, trace, 'z'.repeat(16), flags],
    [version, trace, span, '1'],
    [version, trace, span, 'zz'],
    [version, trace, span, `${flags}0`],
    [`0${version}`, trace, span, flags],
    [version, trace, span, flags, 'future'],
  ])
    assert.equal(of(parts.join('-')), undefined, parts.join('-'));
});

test('a header is read as it is, also where it is as long as the usual content type', () => {
  const usual = 'application/cloudevents+json; charset=utf-8';
  for (const text of [usual, 'x'.repeat(usual.length), 'x']) {
    const read = readHeaders([
      ['Content-Type', Buffer.from(text)],
      ['ce_subject', Buffer.from(text)],
    ]);
    assert.deepEqual(read.ok && [read.value.contentType, [...(read.value.attributes ?? [])]], [
      text,
      [['subject', text]],
    ]);
  }
});
