/** Where the line runs between an event that is taken in and one that is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEvent, type BatonEvent } from './cloud-event.ts';
import { isEventType } from './event-catalog.ts';
import { readHeaders } from './event-headers.ts';
import { type Json } from './json.ts';
import { type LogRecord } from './ports.ts';

const good = { specversion: '1.0', id: '1', source: '/shop', type: 'dev.baton.workflow.requested.v1' };
type Texts = Readonly<Record<string, string>>;
const headersOf = (texts: Texts): LogRecord['headers'] =>
  Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const);
const read = (body: Json, headers: Texts = {}): BatonEvent | string => {
  const value = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const decoded = decodeEvent({ value, headers: headersOf(headers) });
  return decoded.ok ? decoded.value : decoded.problem.code;
};
const changed = (change: { readonly [name: string]: Json }): BatonEvent | string =>
  read({ ...good, ...change });
const isTaken = (answer: BatonEvent | string): boolean => typeof answer !== 'string';

test('a text attribute may have its full length, and one character more is too long', () => {
  const limits = {
    ...{ id: 256, source: 2048, type: 256, subject: 1024, runid: 256, stepid: 256, traceparent: 256 },
    ...{ tracestate: 1024, capability: 1024, tenantid: 256, dataref: 2048, other: 4096 },
  };
  for (const [name, limit] of Object.entries(limits)) {
    assert.ok(isTaken(changed({ [name]: 'x'.repeat(limit) })), name);
    assert.equal(changed({ [name]: 'x'.repeat(limit + 1) }), 'CE_ATTR_LENGTH', name);
  }
});

test('attributes that are null are not set, and only known ones may be empty', () => {
  const { specversion: _, ...rest } = good;
  assert.deepEqual(changed({ subject: null, attempt: null, other: null, datacontenttype: null }), rest);
  assert.equal(changed({ 'Not-A-Name': null }), 'CE_EXT_NAME');
  assert.equal(changed({ ['x'.repeat(33)]: null }), 'CE_EXT_NAME');
  assert.deepEqual(changed({ other: '' }), { ...rest, extensions: { other: '' } });
  assert.deepEqual(changed({ ['x'.repeat(32)]: 0 }), { ...rest, extensions: { ['x'.repeat(32)]: 0 } });
  assert.ok(isTaken(changed({ attempt: 1 })) && isTaken(changed({ attempt: Number.MAX_SAFE_INTEGER })));
});

test('sixty-four extensions are taken, and not one more', () => {
  const extensions = (count: number) =>
    changed(Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, 1])));
  assert.ok(isTaken(extensions(64)));
  const one = decodeEvent({
    value: Buffer.from(
      JSON.stringify({ ...good, ...Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`x${n}`, 1])) }),
    ),
    headers: [],
  });
  assert.equal(
    one.ok ? '' : one.problem.message,
    'the data is nested too deeply or has too many elements at /x64: got "one more"; expected at most 64 extensions; put values into data',
  );
});

test('data may be of any JSON type, and of no other', () => {
  const types = ['application/json', 'application/json; charset=utf-8', 'text/json', 'APPLICATION/JSON', 'application/vnd.shop+json ;v=1', 'application/json \t;x']; // prettier-ignore
  for (const datacontenttype of types) assert.ok(isTaken(changed({ datacontenttype })), datacontenttype);
  const others = ['xapplication/json', 'application/jsonx', 'image/json', 'application/+json', 'application/a b+json', `application/${'x'.repeat(65)}+json`, 'application/json x']; // prettier-ignore
  for (const datacontenttype of others)
    assert.equal(changed({ datacontenttype }), 'CE_CONTENT_TYPE', datacontenttype);
});

test('a source is a reference, whatever words stand within it', () => {
  for (const source of ['/data:x', 'urn:javascript:x', 'https://x.example/?vbscript:1'])
    assert.ok(isTaken(changed({ source })), source);
  assert.equal(changed({ source: '/a\u2003b' }), 'CE_SOURCE');
  assert.ok(isTaken(changed({ subject: 'two words', runid: 'data:x' })), 'other texts are free');
});

test('a time is a day that exists', () => {
  const days = ['2000-02-29', '2024-02-29', '2026-01-31', '2026-04-30', '2026-12-31'];
  for (const day of days) assert.ok(isTaken(changed({ time: `${day}T00:00:00Z` })), day);
  const none = [
    '1900-02-29',
    '2100-02-29',
    '2026-02-29',
    '2026-04-31',
    '2026-01-00',
    '2026-00-01',
    '2026-01-32',
    '2026-06-31',
  ];
  for (const day of none) assert.equal(changed({ time: `${day}T00:00:00Z` }), 'CE_TIME', day);
  for (const time of ['x2026-01-01T00:00:00Z', '2026-01-01T00:00:00Zx', '2026-01-01T00:00:00.Z'])
    assert.equal(changed({ time }), 'CE_TIME', time);
});

test('a content type is compared as a whole', () => {
  const structured = ['application/cloudevents+json', 'application/cloudevents+json ; charset=utf8', 'application/cloudevents+json;charset="UTF-8" ', 'Application/CloudEvents+JSON;  charset=utf-8']; // prettier-ignore
  for (const type of structured) assert.ok(isTaken(read(good, { 'content-type': type })), type);
  const other = [
    'application/cloudevents+jsonx',
    'application/cloudevents+json; charset=latin1',
    'application/cloudevents+json;charset=utf-8;x',
  ];
  for (const type of other) assert.equal(read(good, { 'content-type': type }), 'CE_CONTENT_TYPE', type);
  // Not at the beginning, it is a type like any other: without `ce_` headers the body speaks for itself.
  assert.ok(isTaken(read(good, { 'content-type': 'x-application/cloudevents' })));
});

test('headers that say the same twice are taken, other names are not looked at', () => {
  const binary = { ce_specversion: '1.0', ce_id: '1', ce_source: '/s', ce_type: 't' };
  assert.ok(isTaken(read('{}', { ...binary, CE_ID: '1', 'Content-Type': 'application/json' })));
  const odd: LogRecord['headers'] = [['x-bytes', Uint8Array.of(0xff)], ...headersOf(binary)];
  const headers = readHeaders(odd);
  assert.ok(headers.ok);
  assert.deepEqual(headers.value.contentType, undefined);
  assert.deepEqual(
    [...(headers.value.attributes ?? [])],
    [
      ['specversion', '1.0'],
      ['id', '1'],
      ['source', '/s'],
      ['type', 't'],
    ],
  );
  const broken = readHeaders([['ce_id', Uint8Array.of(0xff)]]);
  assert.deepEqual(!broken.ok && broken.problem, {
    code: 'CE_ATTR_TYPE',
    message:
      'an attribute has a value of the wrong type: got bytes that are not UTF-8 in header "ce_id"; expected UTF-8 text; send it once, as UTF-8 text',
    path: '',
    got: 'bytes that are not UTF-8 in header "ce_id"',
    expected: 'UTF-8 text',
    hint: 'send it once, as UTF-8 text',
    retryable: false,
  });
});

test('headers beside a structured event may leave out what it says, and must not add an id', () => {
  const type = { 'content-type': 'application/cloudevents+json' };
  assert.ok(isTaken(read({ ...good, attempt: 2 }, { ...type, ce_attempt: '2', ce_subject: 'only here' })));
  assert.equal(read({ ...good, attempt: 2 }, { ...type, ce_attempt: '3' }), 'CE_MODE_CONFLICT');
  assert.equal(read({ ...good, subject: '7' }, { ...type, ce_subject: '"7"' }), 'CE_MODE_CONFLICT');
});

test('a binary event whose body is an event of its own must agree with it', () => {
  const binary = { ce_specversion: '1.0', ce_id: '1', ce_source: '/shop', ce_type: good.type };
  assert.ok(isTaken(read(good, binary)));
  assert.equal(read({ specversion: '1.0' }, binary), 'CE_MODE_CONFLICT', 'an id is never only in the header');
  assert.ok(
    isTaken(read({ ...good, id: '2' }, { ...binary, 'content-type': 'application/json' })),
    'then it is data',
  );
  assert.ok(isTaken(read({ id: '2' }, binary)), 'and so is what is no event');
});

test('an attempt in a header is a number only where it is written as one', () => {
  const binary = { ce_specversion: '1.0', ce_id: '1', ce_source: '/shop', ce_type: good.type };
  const attempt = (text: string) => read('{}', { ...binary, ce_attempt: text });
  const taken = attempt('12');
  assert.equal(typeof taken !== 'string' && taken.attempt, 12);
  for (const text of ['0', '01', '1x', 'x1', '1.0', ' 1', ''])
    assert.equal(attempt(text), 'CE_ATTR_TYPE', text);
});

test('a record without a value says so', () => {
  const decoded = decodeEvent({ value: null, headers: [] });
  assert.equal(
    decoded.ok ? '' : decoded.problem.message,
    'the record has no value: got a null value; expected a CloudEvent; do not send tombstones to this topic',
  );
});

test('a type is known where the catalog has it itself', () => {
  assert.deepEqual([good.type, 'dev.baton.run.wake.v1', 'toString', 'x'].map(isEventType), [
    true,
    true,
    false,
    false,
  ]);
});
