import { test } from 'node:test';
import assert from 'node:assert/strict';
import { CloudEvent, Kafka } from 'cloudevents';
import fc from 'fast-check';
import { decodeEvent, encodeEvent, wireCodes, type BatonEvent } from './cloud-event.ts';
import { checkJson } from './json-bytes.ts';
import { type Json } from './json.ts';
import { type LogRecord } from './ports.ts';

type Attributes = Readonly<Record<string, unknown>>;

const minimal = { specversion: '1.0', id: '1', source: '/shop', type: 'dev.baton.workflow.requested.v1' };
const headersOf = (headers: Readonly<Record<string, string>>): LogRecord['headers'] =>
  Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
const structured = (
  event: unknown,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<typeof decodeEvent> =>
  decodeEvent({
    value: Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)),
    headers: headersOf(headers),
  });
const binary = (
  value: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<typeof decodeEvent> =>
  decodeEvent({
    value: Buffer.from(value),
    headers: headersOf({
      ce_specversion: '1.0',
      ce_id: '1',
      ce_source: '/shop',
      ce_type: 'dev.baton.workflow.requested.v1',
      ...headers,
    }),
  });
const codeOf = (decoded: ReturnType<typeof decodeEvent>): string =>
  decoded.ok ? 'accepted' : decoded.problem.code;
const eventOf = (decoded: ReturnType<typeof decodeEvent>): BatonEvent => {
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.problem.message);
  return decoded.value;
};

test('an event from a bare producer, without headers, is read', () => {
  const data = { workflow: 'design-and-provision', input: { idea: 'a shop' } };
  const { specversion: _, ...rest } = minimal;
  assert.deepEqual(eventOf(structured({ ...minimal, data })), { ...rest, data });
});

test('Baton attributes are told from other extensions, and all are kept', () => {
  const event = eventOf(
    structured({ ...minimal, runid: 'r', attempt: 2, partitionkey: 'p', sampled: true, dataschema: null }),
  );
  assert.equal(event.runid, 'r');
  assert.equal(event.attempt, 2);
  assert.deepEqual(event.extensions, { partitionkey: 'p', sampled: true });
});

test('null data is null, and absent data is absent', () => {
  assert.equal(eventOf(structured({ ...minimal, data: null })).data, null);
  assert.ok(!('data' in eventOf(structured(minimal))));
});

test('binary mode is read: attributes from headers, data from the value', () => {
  const event = eventOf(
    binary('{"a":1}', { 'content-type': 'application/json', ce_attempt: '3', ce_runid: 'r', ce_other: '7' }),
  );
  assert.deepEqual(event.data, { a: 1 });
  assert.equal(event.attempt, 3);
  assert.deepEqual(event.extensions, { other: '7' });
  assert.ok(!('data' in eventOf(binary(''))));
});

test('data_base64 of JSON is read as data', () => {
  const data_base64 = Buffer.from('{"a":[1]}').toString('base64');
  assert.deepEqual(
    eventOf(structured({ ...minimal, datacontenttype: 'application/json', data_base64 })).data,
    { a: [1] },
  );
});

test('header names are compared without case', () => {
  assert.equal(
    codeOf(structured(minimal, { 'Content-Type': 'application/cloudevents+json; charset=UTF-8' })),
    'accepted',
  );
  assert.equal(
    codeOf(structured(minimal, { 'Content-Type': 'application/cloudevents-batch+json' })),
    'CE_CONTENT_TYPE',
  );
});

test('a record without value is refused in either mode', () => {
  assert.equal(codeOf(decodeEvent({ value: null, headers: [] })), 'KAFKA_NULL_VALUE');
  assert.equal(codeOf(decodeEvent({ value: null, headers: headersOf({ ce_id: '1' }) })), 'KAFKA_NULL_VALUE');
});

for (const name of ['specversion', 'id', 'source', 'type']) {
  test(`a missing or null ${name} is refused by name`, () => {
    const { [name]: _, ...rest } = minimal as Attributes;
    for (const event of [rest, { ...minimal, [name]: null }]) {
      const decoded = structured(event);
      assert.ok(!decoded.ok);
      assert.equal(decoded.problem.code, 'CE_REQUIRED');
      assert.equal(decoded.problem.path, `/${name}`);
    }
  });
}

const long = 'x'.repeat(10_240);
for (const [code, changes] of [
  ['CE_SPECVERSION', [{ specversion: '0.3' }, { specversion: '2.0' }, { specversion: 1 }]],
  [
    'CE_ATTR_TYPE',
    [{ id: 7 }, { id: 'a\nb' }, { type: ['t'] }, { subject: {} }, { runid: 1 }, { capability: true }],
  ],
  [
    'CE_ATTR_TYPE',
    [{ attempt: 0 }, { attempt: -1 }, { attempt: 1.5 }, { attempt: '1' }, { dataschema: 'no uri' }],
  ],
  [
    'CE_ATTR_LENGTH',
    [{ id: '' }, { id: long }, { id: 'x'.repeat(257) }, { source: '' }, { type: long }, { other: long }],
  ],
  [
    'CE_SOURCE',
    [{ source: 'my shop' }, { source: 'javascript:alert(1)' }, { source: '/a^b' }, { source: '%zz' }],
  ],
  [
    'CE_TIME',
    [{ time: 'yesterday' }, { time: '2026-02-30T10:00:00Z' }, { time: '2026-01-01T10:00:00+25:00' }],
  ],
  ['CE_TIME', [{ time: '2026-01-01' }, { time: '2026-13-01T00:00:00Z' }, { time: '2025-02-29T00:00:00Z' }]],
  ['CE_TIME', [{ time: '2026-01-01T24:00:00Z' }, { time: '2026-01-01T00:00:00' }, { expirytime: 'soon' }]],
  ['CE_EXT_NAME', [{ 'Trace-Id': 'x' }, { trace_id: 'x' }, { ['x'.repeat(33)]: 'x' }, { '': 'x' }]],
  ['CE_EXT_TYPE', [{ other: {} }, { other: [1] }, { other: 1.5 }]],
  ['CE_NUMBER', [{ other: 2 ** 53 }]],
  ['CE_FORBIDDEN_KEY', [{ constructor: 'x' }, { prototype: 'x' }]],
  [
    'CE_DATA',
    [{ data: 1, data_base64: 'MQ==' }, { data_base64: '!' }, { data_base64: 'MQ' }, { data_base64: 1 }],
  ],
  [
    'CE_CONTENT_TYPE',
    [{ datacontenttype: 'text/xml' }, { datacontenttype: 'application/json', data_base64: '/w==' }],
  ],
  ['CE_PARSE', [{ datacontenttype: 'application/json', data_base64: 'e30x' }]],
  ['CE_DATA_LIMIT', [Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`x${index}`, 1]))]],
  ['CE_UNICODE', [{ subject: '\ud83d' }, { data: ['\ud83d'] }]],
] as const satisfies readonly (readonly [string, readonly Attributes[]])[]) {
  for (const change of changes) {
    const title = JSON.stringify(change).slice(0, 60);
    test(`${title} is refused as ${code}`, () =>
      assert.equal(codeOf(structured({ ...minimal, ...change })), code));
  }
}

for (const [code, text] of [
  ['CE_PARSE', 'hello'],
  ['CE_PARSE', ''],
  ['CE_PARSE', JSON.stringify(minimal).slice(0, -1)],
  ['CE_PARSE', `${JSON.stringify(minimal)}{}`],
  ['CE_TYPE', '[]'],
  ['CE_TYPE', 'null'],
  ['CE_FORBIDDEN_KEY', `{"__proto__":{"id":"1"},${JSON.stringify(minimal).slice(1)}`],
  ['CE_FORBIDDEN_KEY', `${JSON.stringify(minimal).slice(0, -1)},"data":{"__proto__":{"admin":true}}}`],
  ['CE_NUMBER', `${JSON.stringify(minimal).slice(0, -1)},"data":{"n":1e400}}`],
  ['CE_NUMBER', `${JSON.stringify(minimal).slice(0, -1)},"data":{"n":9007199254740993}}`],
] as const) {
  test(`${text.slice(0, 50) || 'nothing'} is refused as ${code}`, () =>
    assert.equal(codeOf(structured(text)), code));
}

test('real dates in every RFC 3339 form are accepted', () => {
  for (const time of ['2024-02-29T23:59:59Z', '2026-01-01t00:00:00.123456789+14:00', '2000-02-29T00:00:00z'])
    assert.equal(codeOf(structured({ ...minimal, time })), 'accepted', time);
});

test('an event whose headers name another event is refused, whichever the mode', () => {
  const type = { 'content-type': 'application/cloudevents+json' };
  assert.equal(codeOf(structured(minimal, { ...type, ce_id: '1', ce_source: '/shop' })), 'accepted');
  assert.equal(codeOf(structured(minimal, { ...type, ce_id: '2' })), 'CE_MODE_CONFLICT');
  assert.equal(codeOf(structured(minimal, { ...type, ce_source: '/bank' })), 'CE_MODE_CONFLICT');
  assert.equal(codeOf(binary(JSON.stringify({ ...minimal, id: '2' }))), 'CE_MODE_CONFLICT');
  const twice = [...headersOf({ ce_id: '1' }), ...headersOf({ CE_ID: '2' })];
  assert.equal(codeOf(decodeEvent({ value: Buffer.from('{}'), headers: twice })), 'CE_MODE_CONFLICT');
});

test('binary mode is as strict as structured mode', () => {
  assert.equal(
    codeOf(binary(Uint8Array.of(0xff, 0xfe), { 'content-type': 'application/json' })),
    'CE_CONTENT_TYPE',
  );
  assert.equal(codeOf(binary('<a/>', { 'content-type': 'text/xml' })), 'CE_CONTENT_TYPE');
  assert.equal(codeOf(binary('{"a":', { 'content-type': 'application/json' })), 'CE_PARSE');
  assert.equal(codeOf(binary('{"__proto__":1}')), 'CE_FORBIDDEN_KEY');
  assert.equal(codeOf(binary('{}', { ce_attempt: 'first' })), 'CE_ATTR_TYPE');
  assert.equal(codeOf(binary('{}', { 'ce_Trace-Id': 'x' })), 'CE_EXT_NAME');
  assert.equal(codeOf(binary('{}', { ce___proto__: 'x' })), 'CE_FORBIDDEN_KEY');
  assert.equal(codeOf(binary('{}', { ce_time: 'yesterday' })), 'CE_TIME');
  assert.equal(codeOf(binary('{}', { ce_specversion: '0.3' })), 'CE_SPECVERSION');
});

test('a capability never stands in a problem', () => {
  const secret = 'v1.k1.1790000000000.secret';
  for (const decoded of [
    structured({ ...minimal, capability: `${secret}\n` }),
    structured({ ...minimal, capability: [secret] }),
    structured(
      { ...minimal, capability: 'other' },
      { 'content-type': 'application/cloudevents+json', ce_capability: secret },
    ),
  ]) {
    assert.ok(!decoded.ok);
    assert.ok(!decoded.problem.message.includes('secret'), decoded.problem.message);
  }
});

test('what is written is structured, with the content type and the hop context as headers', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { value, headers } = encodeEvent({ id: '1', source: '/s', type: 't', traceparent, data: { a: 1 } });
  assert.deepEqual(
    headers.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
    [
      ['content-type', 'application/cloudevents+json; charset=utf-8'],
      ['traceparent', traceparent],
    ],
  );
  assert.equal(
    Buffer.from(value).toString(),
    `{"specversion":"1.0","id":"1","source":"/s","type":"t","traceparent":"${traceparent}","data":{"a":1}}`,
  );
});

test('an extension cannot take the place of an attribute', () => {
  const encoded = encodeEvent({
    id: '1',
    source: '/s',
    type: 't',
    extensions: { id: '2', specversion: '0.3' },
  });
  assert.equal(eventOf(decodeEvent(encoded)).id, '1');
});

test('half surrogate pairs leave as U+FFFD, so that what was written can be read', () => {
  const event = {
    id: '1',
    source: '/s',
    type: 't',
    data: { text: 'cut \ud83d', list: ['\udc00'], '\ud800': '\\ud800' },
  };
  assert.deepEqual(eventOf(decodeEvent(encodeEvent(event))).data, {
    text: 'cut \ufffd',
    list: ['\ufffd'],
    '\ufffd': '\\ud800',
  });
});

// ---------------------------------------------------------------- properties

const attributeText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    // eslint-disable-next-line no-control-regex -- control characters are not allowed in attributes
    .filter(
      (text) => text.length <= maxLength && !/[\u0000-\u001f\u007f-\u009f]/.test(text) && text.isWellFormed(),
    );
/** As JSON has them: no -0, which has no text of its own. */
const jsonData: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 5 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => checkJson(value) === undefined);
const time = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString());
const known = new Set(
  'specversion id source type subject time data runid stepid attempt traceparent tracestate capability tenantid dataref expirytime datacontenttype dataschema constructor prototype'.split(
    ' ',
  ),
);
const extensions = fc
  .dictionary(
    fc.stringMatching(/^[a-z0-9]{1,32}$/).filter((name) => !known.has(name)),
    fc.oneof(attributeText(40), fc.maxSafeInteger(), fc.boolean()),
    { minKeys: 1, maxKeys: 5, noNullPrototype: true },
  )
  .map((map) => JSON.parse(JSON.stringify(map)) as Record<string, string | number | boolean>);
const events: fc.Arbitrary<BatonEvent> = fc.record(
  {
    id: attributeText(100),
    source: fc.webPath().map((path) => `/s${path}`),
    type: attributeText(60),
    subject: attributeText(60),
    time,
    data: jsonData,
    runid: attributeText(26),
    stepid: attributeText(20),
    attempt: fc.integer({ min: 1 }),
    traceparent: fc.stringMatching(/^[0-9a-f-]{1,60}$/),
    tracestate: attributeText(30),
    capability: attributeText(80),
    tenantid: attributeText(20),
    dataref: attributeText(50),
    expirytime: time,
    extensions,
  },
  { requiredKeys: ['id', 'source', 'type'], noNullPrototype: true },
);

test('decoding what was encoded gives the same event', () => {
  fc.assert(
    fc.property(events, (event) => assert.deepEqual(eventOf(decodeEvent(encodeEvent(event))), event)),
  );
});

test('the CloudEvents package accepts every event that is written, and reads the same from it', () => {
  fc.assert(
    fc.property(events, (event) => {
      const { value, headers } = encodeEvent(event);
      const text = Buffer.from(value).toString();
      const own = new CloudEvent(JSON.parse(text) as Partial<CloudEvent>);
      assert.equal(own.id, event.id);
      const named = Object.fromEntries(headers.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
      if (event.time === undefined) return; // its Kafka binding fails on events without time
      const read = Kafka.toEvent<Json>({
        headers: named,
        value: text,
        body: text,
        key: '',
      } as never) as CloudEvent<Json>;
      assert.deepEqual(
        [read.id, read.source, read.type, read.data ?? null],
        [event.id, event.source, event.type, event.data ?? null],
      );
    }),
  );
});

test('what the CloudEvents package writes in binary mode is read', () => {
  fc.assert(
    fc.property(events, (event) => {
      const { extensions: others, data, ...rest } = event;
      const message = Kafka.binary(
        new CloudEvent({
          ...rest,
          ...others,
          time: '2026-01-01T00:00:00.000Z',
          datacontenttype: 'application/json',
          data: data ?? null,
        }),
      );
      const headers = Object.entries(message.headers).map(
        ([name, value]) => [name, Buffer.from(String(value))] as const,
      );
      // It hands the data over as it is; the producer has to serialise it.
      const read = eventOf(decodeEvent({ value: Buffer.from(JSON.stringify(message.value)), headers }));
      assert.deepEqual(
        [read.id, read.source, read.type, read.data, read.attempt],
        [event.id, event.source, event.type, data ?? null, event.attempt],
      );
    }),
  );
});

const anyHeaders: fc.Arbitrary<LogRecord['headers']> = fc.array(
  fc.tuple(
    fc.oneof(
      fc.string(),
      fc.constantFrom('content-type', 'ce_id', 'ce_source', 'ce_type', 'ce_specversion', 'ce___proto__'),
    ),
    fc.oneof(
      fc.uint8Array(),
      fc.constantFrom('application/cloudevents+json', '1.0', '/s').map((text) => Buffer.from(text)),
    ),
  ),
);

test('no bytes and no headers make the codec throw', () => {
  fc.assert(
    fc.property(fc.option(fc.uint8Array()), anyHeaders, (value, headers) => {
      const decoded = decodeEvent({ value, headers });
      assert.ok(decoded.ok || decoded.problem.code in wireCodes);
    }),
  );
});

test('no JSON makes the codec throw, and none reaches a prototype', () => {
  const hostile = fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'data',
    'id',
    'extensions',
    'polluted',
  );
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.dictionary(hostile, tie('value')),
      fc.array(tie('value')),
    ),
  })).value;
  fc.assert(
    fc.property(fc.boolean(), json, anyHeaders, (asEvent, value, headers) => {
      const body = JSON.stringify(asEvent ? { ...minimal, data: value } : value);
      const decoded = decodeEvent({ value: Buffer.from(body), headers });
      assert.ok(decoded.ok || decoded.problem.code in wireCodes);
      if (decoded.ok) assert.equal(Object.getPrototypeOf(decoded.value), Object.prototype);
      assert.deepEqual(Object.keys(Object.prototype), []);
      assert.equal(({} as Attributes)['polluted'], undefined);
    }),
  );
});
