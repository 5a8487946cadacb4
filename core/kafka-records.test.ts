import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { failuresFor, jsonSizeOf, listSizeOf, recordsOf, toKafkaEvent } from './kafka-records.ts';
import { type LogRecord } from './ports.ts';

const bootstrapServers = 'b1:9092,b2:9092';
const record = (changes: Partial<LogRecord> = {}): LogRecord => ({
  topic: 'workflow.step.kafka-expert.request',
  partition: 3,
  offset: 7,
  timestamp: 1_790_000_000_000,
  key: Buffer.from('run'),
  value: Buffer.from('{}'),
  headers: [['content-type', Buffer.from('a')]],
  ...changes,
});

const bytes = fc.uint8Array({ maxLength: 40 });
const records: fc.Arbitrary<LogRecord[]> = fc.array(
  fc.record(
    {
      topic: fc.constantFrom('workflow.request', 'workflow.step.kafka-expert.request', 'a-1', '__proto__'),
      partition: fc.nat(11),
      offset: fc.nat(),
      timestamp: fc.oneof(fc.constant(-1), fc.nat()),
      timestampType: fc.constant('CREATE_TIME' as const),
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.array(
        fc.tuple(fc.oneof(fc.string(), fc.constantFrom('traceparent', '__proto__', 'é"\n')), bytes),
        {
          maxLength: 4,
        },
      ),
    },
    {
      noNullPrototype: true,
      requiredKeys: ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers'],
    },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Buffers and Uint8Arrays with the same bytes are the same to us. */
const plain = (list: readonly LogRecord[]): unknown =>
  list.map(({ key, value, headers, ...rest }) => ({
    ...rest,
    key: key === null ? null : Array.from(key),
    value: value === null ? null : Array.from(value),
    headers: headers.map(([name, text]) => [name, Array.from(text)]),
  }));
const place = (item: LogRecord): string => `${item.topic}-${item.partition}`;
const byPartition = (list: readonly LogRecord[]): LogRecord[] =>
  [...new Set(list.map(place))].flatMap((name) => list.filter((item) => place(item) === name));

test('records survive the way through the JSON of the event, each partition in its order', () => {
  fc.assert(
    fc.property(records, (list) => {
      const event: unknown = JSON.parse(JSON.stringify(toKafkaEvent(list, { bootstrapServers })));
      const read = recordsOf(event);
      assert.ok(read.ok, read.ok ? '' : read.problem.message);
      // Partitions whose names look like integers move to the front of a JavaScript object.
      assert.deepEqual(
        new Map(byPartition(read.value).map((item, at) => [at, place(item)])).size,
        list.length,
      );
      for (const name of new Set(list.map(place))) {
        const of = (all: readonly LogRecord[]): unknown => plain(all.filter((item) => place(item) === name));
        assert.deepEqual(of(read.value), of(list));
      }
    }),
  );
});

test('the size of a record is exactly what it takes in the JSON of the event', () => {
  fc.assert(
    fc.property(records, (list) => {
      for (const item of list) {
        const event = toKafkaEvent([item], { bootstrapServers });
        const [text] = Object.values(event.records).map((items) => JSON.stringify(items[0]));
        assert.equal(jsonSizeOf(item), Buffer.byteLength(text ?? ''));
      }
    }),
  );
});

test('the event has the documented shape: map key by topic and partition, base64, header bytes of a JVM', () => {
  const event = toKafkaEvent([record({ headers: [['h', Uint8Array.of(0, 127, 128, 255)]], key: null })], {
    bootstrapServers,
  });
  assert.deepEqual(event, {
    eventSource: 'SelfManagedKafka',
    bootstrapServers,
    records: {
      'workflow.step.kafka-expert.request-3': [
        {
          topic: 'workflow.step.kafka-expert.request',
          partition: 3,
          offset: 7,
          timestamp: 1_790_000_000_000,
          timestampType: 'LOG_APPEND_TIME',
          key: null,
          value: 'e30=',
          headers: [{ h: [0, 127, -128, -1] }],
        },
      ],
    },
  });
});

const mskEvent = (item: unknown): unknown => ({
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1',
  bootstrapServers,
  records: { 'other-key-0': [item] },
});
const place0 = { topic: 't-a', partition: 0, offset: 1, timestamp: 5, timestampType: 'CREATE_TIME' };

test('absent and null keys, values and headers are read; a record names its own place, not the map key', () => {
  for (const item of [place0, { ...place0, key: null, value: null, headers: null }]) {
    const read = recordsOf(mskEvent(item));
    assert.ok(read.ok);
    assert.deepEqual(read.value, [
      {
        ...{ topic: 't-a', partition: 0, offset: 1, timestamp: 5, timestampType: 'CREATE_TIME' },
        ...{ key: null, value: null, headers: [] },
      },
    ]);
  }
});

test('an event of Amazon MSK names its cluster, and is read alike', () => {
  const eventSourceArn = 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1';
  const event = toKafkaEvent([record()], { bootstrapServers, eventSourceArn });
  const { records: lists, ...source } = event;
  assert.deepEqual(source, { eventSource: 'aws:kafka', eventSourceArn, bootstrapServers });
  assert.deepEqual(recordsOf(event), recordsOf(toKafkaEvent([record()], { bootstrapServers })));
  assert.deepEqual(Object.keys(lists), ['workflow.step.kafka-expert.request-3']);
});

test('a timestamp of the producer is told from one of the broker', () => {
  for (const timestampType of ['CREATE_TIME', 'LOG_APPEND_TIME']) {
    const read = recordsOf(mskEvent({ ...place0, timestampType }));
    assert.ok(read.ok);
    assert.equal(read.value[0]?.timestampType, timestampType === 'CREATE_TIME' ? 'CREATE_TIME' : undefined);
  }
});

test('records and their lists take exactly the stated bytes of the event', () => {
  fc.assert(
    fc.property(records, (list) => {
      const event = toKafkaEvent(list, { bootstrapServers });
      const firsts = new Map(list.map((item) => [place(item), item]));
      const stated =
        list.reduce((size, item) => size + jsonSizeOf(item) + 1, 0) +
        [...firsts.values()].reduce((size, item) => size + listSizeOf(item), 0);
      const actual = Buffer.byteLength(JSON.stringify(event.records)) - '{}'.length;
      // The last record of a list and the last list have no comma after them.
      assert.equal(stated - actual, firsts.size + 1);
    }),
  );
});

test('header bytes are read signed and unsigned', () => {
  const read = recordsOf(mskEvent({ ...place0, headers: [{ a: [255, 128, 127, 0, -1, -128] }] }));
  assert.deepEqual(read.ok && read.value[0]?.headers.map(([name, text]) => [name, Array.from(text)]), [
    ['a', [255, 128, 127, 0, 255, 128]],
  ]);
});

test('what is no event is told what one is', () => {
  const read = recordsOf([]);
  assert.match(read.ok ? '' : read.problem.message, /: got a list of 0; expected an object; /);
});

test('an empty value is not a null value', () => {
  const read = recordsOf(mskEvent({ ...place0, value: '' }));
  assert.ok(read.ok);
  assert.equal(read.value[0]?.value?.length, 0);
});

for (const [name, event, path] of [
  ['nothing', undefined, ''],
  ['a list', [], ''],
  ['an event of another source', { eventSource: 'aws:sqs', records: { a: [] } }, '/eventSource'],
  ['an event without records', { eventSource: 'aws:kafka' }, '/records'],
  ['an event with no record at all', { eventSource: 'aws:kafka', records: {} }, '/records'],
  ['records that are no list', { eventSource: 'aws:kafka', records: { a: {} } }, '/records/a'],
  ['a record that is text', mskEvent('x'), '/records/other-key-0/0'],
  ['a record without topic', mskEvent({ ...place0, topic: '' }), '/records/other-key-0/0/topic'],
  ['a partition as text', mskEvent({ ...place0, partition: '0' }), '/records/other-key-0/0/partition'],
  ['a negative offset', mskEvent({ ...place0, offset: -1 }), '/records/other-key-0/0/offset'],
  ['a time as text', mskEvent({ ...place0, timestamp: 'now' }), '/records/other-key-0/0/timestamp'],
  [
    'base64 with a foreign character',
    mskEvent({ ...place0, value: 'e3*0=' }),
    '/records/other-key-0/0/value',
  ],
  ['base64 without padding', mskEvent({ ...place0, key: 'e30' }), '/records/other-key-0/0/key'],
  ['headers that are an object', mskEvent({ ...place0, headers: {} }), '/records/other-key-0/0/headers'],
  ['a header as text', mskEvent({ ...place0, headers: [{ a: 'x' }] }), '/records/other-key-0/0/headers/0/a'],
  [
    'a header that is an object',
    mskEvent({ ...place0, headers: [{ a: {} }] }),
    '/records/other-key-0/0/headers/0/a',
  ],
  [
    'a header byte of 256',
    mskEvent({ ...place0, headers: [{ a: [256] }] }),
    '/records/other-key-0/0/headers/0/a',
  ],
] as const) {
  test(`${name} is refused at its place`, () => {
    const read = recordsOf(event);
    assert.ok(!read.ok);
    assert.deepEqual([read.problem.code, read.problem.path], ['ESM_SHAPE', path]);
  });
}

test('no JSON makes the reader throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const event of [value, { eventSource: 'aws:kafka', records: value }, mskEvent(value)]) {
        const read = recordsOf(event);
        assert.ok(read.ok || read.problem.code === 'ESM_SHAPE');
      }
    }),
  );
});

test('text is read as base64 exactly where encoding its bytes again gives the very text', () => {
  const junk = fc.constantFrom('', '=', '==', '-', '_', ' ', '\n', '*', 'A', 'B', 'QQ', 'é');
  const near = fc.tuple(bytes, fc.nat(60), fc.nat(2), junk).map(([value, at, cut, put]) => {
    const text = Buffer.from(value).toString('base64');
    return text.slice(0, at) + put + text.slice(at + cut);
  });
  fc.assert(
    fc.property(near, (text) => {
      const read = recordsOf(mskEvent({ ...place0, value: text }));
      assert.equal(read.ok, Buffer.from(text, 'base64').toString('base64') === text, JSON.stringify(text));
    }),
    { numRuns: 2000 },
  );
});

test('a failed record takes every later one of its partition with it, and no other', () => {
  const at = (topic: string, partition: number, offset: number): LogRecord =>
    record({ topic, partition, offset });
  const batch = [at('a', 0, 4), at('a', 0, 5), at('a', 0, 6), at('a', 1, 5), at('b', 0, 9), at('b', 0, 10)];
  const identify = (failed: readonly LogRecord[]): string[] =>
    failuresFor(batch, failed).batchItemFailures.map(
      ({ itemIdentifier }) => `${itemIdentifier.partition}@${itemIdentifier.offset}`,
    );
  assert.deepEqual(identify([]), []);
  assert.deepEqual(identify([at('a', 0, 5)]), ['a-0@5', 'a-0@6']);
  assert.deepEqual(identify([at('b', 0, 10), at('a', 0, 6), at('a', 0, 5)]), ['a-0@5', 'a-0@6', 'b-0@10']);
  assert.deepEqual(identify([at('c', 0, 1)]), [], 'a record that was not in the batch is never named');
});
