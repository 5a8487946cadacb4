import { test } from 'node:test';
import assert from 'node:assert/strict';
import { decodeEvent, encodeEvent, type BatonEvent } from './cloud-event.ts';
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
  ['CE_TIME', [{ time: '2024-04-31T00:00:00Z' }, { time: '2024-02-30T00:00:00Z' }]],
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
  for (const time of [
    '2024-02-29T23:59:59Z',
    '2024-01-31T00:00:00Z',
    '2026-01-01t00:00:00.123456789+14:00',
    '2000-02-29T00:00:00z',
  ])
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
  for (const [text, path] of [
    ['{"a":{"constructor":1}}', '/data/a/constructor'],
    ['{"a":9007199254740993}', '/data/a'],
  ] as const) {
    const refused = binary(text);
    assert.equal(refused.ok ? undefined : refused.problem.path, path);
  }
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
