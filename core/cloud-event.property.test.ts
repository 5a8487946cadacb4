import { test } from 'node:test';
import assert from 'node:assert/strict';
import { CloudEvent, Kafka } from 'cloudevents';
import matchesSchema from 'cloudevents/dist/schema/v1.js';
import fc from 'fast-check';
import { decodeEvent, encodeEvent, wireCodes, type BatonEvent } from './cloud-event.ts';
import { checkJson } from './json-bytes.ts';
import { type Json } from './json.ts';
import { type LogRecord } from './ports.ts';

const minimal = { specversion: '1.0', id: '1', source: '/shop', type: 'dev.baton.workflow.requested.v1' };
const eventOf = (decoded: ReturnType<typeof decodeEvent>): BatonEvent => {
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.problem.message);
  return decoded.value;
};

const attributeText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
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
      const headers = Object.entries(message.headers)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, Buffer.from(String(value))] as const);
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

test('whatever is accepted fits the published schema, also where its source was accepted before (CE3)', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(
      '',
      '/shop',
      '/a b',
      '1.0',
      'a\\b',
      '%',
      'http://[',
      'e30=',
      'e30',
      '2026-01-01 00:00:00Z',
    ),
    fc.constantFrom(
      '2026-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-01-01t23:59:60z',
      '0000-01-01T00:00:00+23:59',
    ),
  );
  const names = [
    'id',
    'source',
    'type',
    'subject',
    'time',
    'datacontenttype',
    'dataschema',
    'data_base64',
    'data',
  ];
  const member = fc.tuple(fc.constantFrom(...names, 'specversion', 'expirytime', 'ext'), odd);
  fc.assert(
    fc.property(fc.array(member, { maxLength: 3 }), (members) => {
      const root = { ...minimal, ...Object.fromEntries(members) };
      const decoded = decodeEvent({ value: Buffer.from(JSON.stringify(root)), headers: [] });
      assert.ok(!decoded.ok || matchesSchema(root), JSON.stringify(root));
    }),
    { numRuns: 3000 },
  );
});

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
      assert.equal(({} as Readonly<Record<string, unknown>>)['polluted'], undefined);
    }),
  );
});
