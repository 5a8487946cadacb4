/** Batches as a mapping hands them over → records. What is accepted survives the way back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonSizeOf, recordsOf, toKafkaEvent } from '#core/kafka-records.ts';
import { decodeEvent } from '#core/cloud-event.ts';
import { damaged, hostileJson, hostileText } from '../arbitrary-hostile.ts';
import { accepted, refused, type Fed, type Surface } from '../surface.ts';

const record = { topic: 'workflow.request', partition: 0, offset: 7, timestamp: 1, timestampType: 'CREATE_TIME', key: 'YQ==', value: 'e30=', headers: [{ a: [1, -1] }] }; // prettier-ignore
const batch = {
  eventSource: 'aws:kafka',
  bootstrapServers: 'x:9092',
  records: {
    'workflow.request-0': [record, { ...record, offset: 8, key: null, value: null, headers: null }],
  },
};

/** A good record with some members replaced. */
const almost = fc
  .dictionary(fc.constantFrom(...Object.keys(record)), fc.oneof(hostileJson, hostileText, fc.integer()), {
    maxKeys: 2,
  })
  .map((members) => ({ ...record, ...members }));

const inputs = fc.oneof(
  fc.array(fc.oneof(almost, hostileJson), { maxLength: 3 }).map((list) => ({ ...batch, records: { 'workflow.request-0': list } })),
  fc.dictionary(hostileText, fc.array(almost, { maxLength: 2 }), { maxKeys: 3 }).map((records) => ({ ...batch, records })),
  hostileJson.map((records) => ({ ...batch, records })),
  hostileJson,
  damaged([JSON.stringify(batch)]).map((text) => parsed(text)),
); // prettier-ignore

/** Lambda parses the payload before the function sees it: text that is not JSON never comes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function feed(input: unknown): Fed {
  const read = recordsOf(input);
  if (!read.ok) return refused([read.problem]);
  const records = read.value;
  const again = recordsOf(toKafkaEvent(records, { bootstrapServers: 'x:9092' }));
  // Partition by partition: the order between partitions is not kept.
  const placed = (list: typeof records) =>
    list.map((one) => JSON.stringify([one.topic, one.partition, one.offset, one.key?.length])).toSorted();
  if (records.length > 0) assert.deepEqual(again.ok && placed(again.value), placed(records));
  for (const one of records) {
    assert.ok(jsonSizeOf(one) > 0);
    decodeEvent(one);
  }
  return accepted;
}

export const kafkaBatches: Surface = { name: 'kafka-batches', share: 150, inputs, feed };
