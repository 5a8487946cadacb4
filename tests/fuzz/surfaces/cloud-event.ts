/** Records → CloudEvents, in structured and binary mode. What is accepted is written and read again. */
import assert from 'node:assert/strict';
import fc, { type Arbitrary } from 'fast-check';
import { decodeEvent, encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { timeProblem } from '#core/event-time.ts';
import { type LogRecord } from '#core/ports.ts';
import { badEvents } from '../../bad-input/bad-events.ts';
import { damagedBytes, hostileJson, hostileText } from '../arbitrary-hostile.ts';
import { accepted, refused, type Fed, type Surface } from '../surface.ts';

type Input = Pick<LogRecord, 'value' | 'headers'>;

const good = {
  specversion: '1.0',
  id: 'a',
  source: '/shop',
  type: 'dev.baton.workflow.requested.v1',
  subject: '0123456789abcdefghjkmnpqrs',
  time: '2026-01-31T12:00:00Z',
  runid: '0123456789abcdefghjkmnpqrs',
  stepid: 'one',
  attempt: 2,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tenantid: 'acme',
  expirytime: '2027-01-31T12:00:00.5+01:00',
  custom: 7,
  data: { workflow: 'x', input: { idea: 'a', n: [1, 2.5, null, true, 'ü🚀'] } },
};
const corpus = [
  JSON.stringify(good),
  JSON.stringify({ ...good, data: undefined, data_base64: 'eyJhIjoxfQ==' }),
  ...badEvents
    .filter(({ value }) => value !== null && value.byteLength < 3000)
    .map(({ value }) => new TextDecoder().decode(value ?? new Uint8Array())),
];

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const withMembers: Arbitrary<string> = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...Object.keys(good), 'datacontenttype', 'data_base64'), hostileText), hostileJson), { maxLength: 4 })
  .map((members) => {
    const rest = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return `${JSON.stringify(good).slice(0, -1)}${rest.length > 0 ? ',' : ''}${rest.join(',')}}`;
  }); // prettier-ignore

const value = fc.oneof(
  { weight: 5, arbitrary: damagedBytes(corpus) },
  { weight: 4, arbitrary: withMembers.map(text) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: hostileJson.map((json) => text(JSON.stringify(json) ?? '')) },
);

const contentTypes = ['application/cloudevents+json', 'application/cloudevents+json; charset=utf-8', 'application/json', 'text/plain', 'application/cloudevents', 'application/cloudevents-batch+json', 'application/vnd.x+json', '']; // prettier-ignore
const headerName = fc.oneof(
  fc.constantFrom(...Object.keys(good).map((name) => `ce_${name}`), 'content-type', 'CE_ID', 'ce_', 'ce___proto__', 'traceparent'),
  hostileText,
); // prettier-ignore
const header = fc.oneof(
  fc.tuple(headerName, fc.oneof(hostileText.map(text), fc.uint8Array({ maxLength: 20 }))),
  fc.constantFrom(...contentTypes).map((type) => ['content-type', text(type)] as const),
);
const binaryHeaders = Object.entries(good)
  .filter(([name]) => name !== 'data')
  .map(([name, member]) => [`ce_${name}`, text(JSON.stringify(member).replaceAll('"', ''))] as const);

const structured: Arbitrary<Input> = fc.record({
  value,
  headers: fc.oneof(fc.constant([]), fc.array(header, { maxLength: 3 })),
});
const binary: Arbitrary<Input> = fc.record({
  value: fc.oneof(value, hostileJson.map((json) => text(JSON.stringify(json) ?? ''))),
  headers: fc.array(header, { maxLength: 4 }).map((more) => [...binaryHeaders, ...more]),
}); // prettier-ignore

function feed(input: Input): Fed {
  const decoded = decodeEvent(input);
  if (!decoded.ok) return refused([decoded.problem]);
  const event: BatonEvent = decoded.value;
  const again = decodeEvent(encodeEvent(event));
  assert.deepEqual(again, decoded, 'what was accepted is written and read again');
  const late = timeProblem(event, Date.UTC(2026, 0, 31, 13));
  return late === undefined ? accepted : refused([late]);
}

export const structuredEvents: Surface<Input> = {
  name: 'structured-events',
  share: 220,
  inputs: structured,
  feed,
};
export const binaryEvents: Surface<Input> = { name: 'binary-events', share: 200, inputs: binary, feed };
