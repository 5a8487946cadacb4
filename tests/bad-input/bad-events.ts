/** Records that are no event, or no event Baton takes: one list for the codec, the orchestrator, the fuzzer and the bench. */
import { type WireCode } from '#core/cloud-event.ts';
import { type LogRecord } from '#core/ports.ts';
import { plantedSecret } from './error-contract.ts';

export interface BadEvent {
  readonly id: string;
  readonly what: string;
  readonly code: WireCode;
  readonly value: Uint8Array | null;
  readonly headers: LogRecord['headers'];
  /** JSON pointer, where the row fixes it. */
  readonly path?: string;
  readonly says?: RegExp;
}

const good = { specversion: '1.0', id: 'a', source: '/shop', type: 'dev.baton.workflow.requested.v1' };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const header = (name: string, value: string): readonly [string, Uint8Array] => [name, text(value)];

type More = Partial<Pick<BadEvent, 'path' | 'says' | 'headers'>>;

const raw = (id: string, what: string, value: string | Uint8Array | null, code: WireCode, more: More = {}): BadEvent => ({ id, what, code, value: typeof value === 'string' ? text(value) : value, headers: [], ...more }); // prettier-ignore

/** A good event with these members instead. */
const event = (id: string, what: string, members: object, code: WireCode, more: More = {}): BadEvent =>
  raw(id, what, JSON.stringify({ ...good, ...members }), code, more);

/** A good event with `data` as this JSON text. */
const data = (id: string, what: string, json: string, code: WireCode, more: More = {}): BadEvent =>
  raw(id, what, `${JSON.stringify(good).slice(0, -1)},"data":${json}}`, code, more);

/** In binary mode: attributes in headers. */
const binary = (id: string, what: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array, code: WireCode, more: More = {}): BadEvent => // prettier-ignore
  raw(id, what, body, code, {
    headers: Object.entries({ ce_specversion: '1.0', ce_id: 'a', ce_source: '/shop', ce_type: good.type, ...headers }).map(([name, value]) => header(name, value)),
    ...more,
  }); // prettier-ignore

const required = ['specversion', 'id', 'source', 'type'] as const;

export const badEvents: readonly BadEvent[] = [
  raw('E01', 'text that is not JSON', 'hello', 'CE_PARSE', { says: /byte offset 0 of 5/ }),
  raw('E01', 'JSON that is cut off', '{"id":"a"', 'CE_PARSE', { says: /an early end at byte offset 9 of 9/ }),
  raw('E01', 'bytes after the end', '{} x', 'CE_PARSE', { says: /byte offset 3 of 4/ }),
  raw('E01', 'nothing at all', '', 'CE_PARSE'),
  raw('E01', 'bytes that are not UTF-8', new Uint8Array([0x7b, 0xff]), 'CE_PARSE', { says: /byte offset 1/ }),
  raw('E01', 'a byte order mark', `\ufeff${JSON.stringify(good)}`, 'CE_PARSE'),
  raw('E01', 'a million open brackets', '['.repeat(1_000_000), 'CE_PARSE'),
  raw('E01', 'a list of events', `[${JSON.stringify(good)}]`, 'CE_TYPE'),
  ...required.map((name) => event('E02', `no ${name}`, { [name]: undefined }, 'CE_REQUIRED', { path: `/${name}` })),
  event('E03', 'CloudEvents 0.3', { specversion: '0.3' }, 'CE_SPECVERSION'),
  event('E03', 'CloudEvents 2.0', { specversion: '2.0' }, 'CE_SPECVERSION', { says: /expected "1\.0"/ }),
  event('E04', 'an id that is a number', { id: 7 }, 'CE_ATTR_TYPE', { path: '/id' }),
  event('E04', 'an id that is empty', { id: '' }, 'CE_ATTR_LENGTH', { path: '/id' }),
  event('E04', 'an id of 10 KB', { id: 'x'.repeat(10_000) }, 'CE_ATTR_LENGTH', { says: /10000 characters/ }),
  event('E04', 'an id with a line break', { id: 'a\nb' }, 'CE_ATTR_TYPE'),
  event('E04', 'a type that is an object', { type: { $ne: null } }, 'CE_ATTR_TYPE', { path: '/type' }),
  event('E05', 'a source with spaces', { source: 'my shop' }, 'CE_SOURCE'),
  event('E05', 'a source that is a script', { source: 'javascript:alert(1)' }, 'CE_SOURCE'),
  event('E05', 'a source that is no URI reference', { source: '/shop/%zz' }, 'CE_SOURCE'),
  ...['yesterday', '2026-02-30T10:00:00Z', '2026-01-31T10:00:00+25:00', '2026-01-31', '1769853600'].map((time) =>
    event('E06', `the time ${time}`, { time }, 'CE_TIME', { path: '/time' })),
  event('E08', 'an extension with capitals', { 'Trace-Id': 'x' }, 'CE_EXT_NAME'),
  event('E08', 'an extension that is an object', { trace: { id: 1 } }, 'CE_EXT_TYPE', { path: '/trace' }),
  event('E08', 'an extension that is no integer', { trace: 1.5 }, 'CE_EXT_TYPE'),
  event('E08', '65 extensions', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`x${n}`, n])), 'CE_DATA_LIMIT'),
  event('E09', 'both data and data_base64', { data: {}, data_base64: 'e30=' }, 'CE_DATA'),
  event('E09', 'base64 that is none', { data_base64: '?!' }, 'CE_DATA', { path: '/data_base64' }),
  event('E09', 'base64 that holds no JSON', { data_base64: 'AAAA' }, 'CE_PARSE'),
  event('E10', 'another content type', { datacontenttype: 'text/plain', data: 'x' }, 'CE_CONTENT_TYPE'),
  event('E10', 'JSON announced, bytes sent', { datacontenttype: 'application/json', data_base64: '/////w==' }, 'CE_CONTENT_TYPE'),
  binary('E10', 'JSON announced in a header, bytes sent', { 'content-type': 'application/json' }, new Uint8Array([0xff, 0xfe]), 'CE_CONTENT_TYPE'),
  raw('E10', 'a batch of events', '[]', 'CE_CONTENT_TYPE', { headers: [header('content-type', 'application/cloudevents-batch+json')] }),
  raw('E11', 'header and body with two ids', JSON.stringify(good), 'CE_MODE_CONFLICT', { headers: [header('content-type', 'application/cloudevents+json'), header('ce_id', 'b')], says: /"b" and "a"/ }),
  binary('E11', 'a body that is another event', {}, JSON.stringify({ ...good, id: 'b' }), 'CE_MODE_CONFLICT'),
  raw('E11', 'a header twice, with two values', JSON.stringify(good), 'CE_MODE_CONFLICT', { headers: [header('ce_id', 'a'), header('CE_ID', 'b')] }),
  data('E12', 'a prototype in data', '{"__proto__":{"admin":true}}', 'CE_FORBIDDEN_KEY', { path: '/data/__proto__' }),
  data('E12', 'a constructor deep in data', '{"a":[{"constructor":1}]}', 'CE_FORBIDDEN_KEY', { path: '/data/a/0/constructor' }),
  raw('E12', 'a prototype as an attribute', `${JSON.stringify(good).slice(0, -1)},"__proto__":1}`, 'CE_FORBIDDEN_KEY'),
  data('E13', 'data 1,000 levels deep', `${'['.repeat(1000)}${']'.repeat(1000)}`, 'CE_DATA_LIMIT', { says: /64 levels/ }),
  data('E13', 'a list of a million', `[${'0,'.repeat(999_999)}0]`, 'CE_DATA_LIMIT', { says: /100000 elements/ }),
  data('E14', 'a number beyond doubles', '{"n":1e400}', 'CE_NUMBER', { path: '/data/n' }),
  data('E14', '2^53 + 1', '{"a":[1,9007199254740993]}', 'CE_NUMBER', { path: '/data/a/1' }),
  data('E14', 'half a surrogate pair', '{"t":"\\ud800"}', 'CE_UNICODE', { path: '/data/t' }),
  data('E14', 'half a surrogate pair in a key', '{"\\udc00":1}', 'CE_UNICODE'),
  event('E04', 'a secret where an id should be', { id: [plantedSecret] }, 'CE_ATTR_TYPE'),
  event('E08', 'a secret as the name of an extension', { [plantedSecret]: 1 }, 'CE_EXT_NAME'),
  event('E06', 'a secret as time', { time: plantedSecret }, 'CE_TIME'),
  event('E03', 'a version of 10,000 characters', { specversion: `${'9'.repeat(10_000)}` }, 'CE_SPECVERSION'),
  raw('K01', 'a tombstone', null, 'KAFKA_NULL_VALUE'),
]; // prettier-ignore
