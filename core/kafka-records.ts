/**
 * Between the Kafka event of an event source mapping and records of the log.
 * KR1. `recordsOf` reads exactly what AWS documents, null and absent parts and signed header bytes included; anything
 *      else is a problem, never a guess.   KR2. recordsOf(toKafkaEvent(records)) = records, partition by partition.
 */
import { no, ok, type Result } from './failure.ts';
import { type KafkaBatchResponse, type KafkaEvent, type KafkaEventRecord } from './lambda-kafka.ts';
import { type LogRecord } from './ports.ts';
import { shown, wireProblem, type WireProblem } from './wire-problem.ts';

/** All records of the event, in the event's order (within each partition: offset order). Code: `ESM_SHAPE`. */
export function recordsOf(event: unknown): Result<readonly LogRecord[], WireProblem> {
  if (!isMap(event)) return shape('', event, 'an object');
  if (event['eventSource'] !== 'aws:kafka' && event['eventSource'] !== 'SelfManagedKafka')
    return shape('/eventSource', event['eventSource'], '"aws:kafka" or "SelfManagedKafka"');
  const lists = event['records'];
  if (!isMap(lists) || Object.keys(lists).length === 0)
    return shape('/records', lists, 'an object of lists of records');
  const records: LogRecord[] = [];
  for (const [place, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) return shape(`/records/${place}`, list, 'a list');
    for (const [index, item] of list.entries()) {
      const record = recordOf(item, `/records/${place}/${index}`);
      if (!record.ok) return record;
      records.push(record.value);
    }
  }
  return ok(records);
}

/** Where the records of an event come from: a cluster of Amazon MSK where there is an ARN, else a self-managed one. */
export interface EventSource {
  /** Comma-separated `host:port`. */
  readonly bootstrapServers: string;
  readonly eventSourceArn?: string;
}

/**
 * The event AWS would send for these records: grouped by partition, each partition's order kept. `encode` is for whoever
 * hands out the same records again and again and remembers what `eventRecord` made of them.
 */
export function toKafkaEvent(
  records: readonly LogRecord[],
  source: EventSource,
  encode: (record: LogRecord) => KafkaEventRecord = eventRecord,
): KafkaEvent {
  // No name ends in a number and is one that objects have of their own.
  const lists: Record<string, KafkaEventRecord[]> = {};
  for (const record of records) (lists[placeOf(record)] ??= []).push(encode(record));
  const { bootstrapServers, eventSourceArn } = source;
  return {
    ...(eventSourceArn === undefined
      ? { eventSource: 'SelfManagedKafka' }
      : { eventSource: 'aws:kafka', eventSourceArn }),
    bootstrapServers,
    records: lists,
  };
}

/** Bytes the record takes in the JSON of the event, without the comma after it. */
export function jsonSizeOf(record: LogRecord): number {
  const { topic, partition, offset, timestamp } = record;
  const timestampType = timestampTypeOf(record);
  const key = record.key === null ? null : '';
  const value = record.value === null ? null : '';
  const frame = {
    topic,
    partition,
    offset,
    timestamp,
    timestampType,
    key,
    value,
    headers: [],
  };
  const commas = Math.max(0, record.headers.length - 1);
  const headers = record.headers.reduce((size, [name, bytes]) => size + headerSize(name, bytes), commas);
  return (
    Buffer.byteLength(JSON.stringify(frame)) + base64Size(record.key) + base64Size(record.value) + headers
  );
}

/** Bytes the list of a partition takes in the JSON of the event beside its records, with the comma after it. */
export const listSizeOf = (record: LogRecord): number =>
  Buffer.byteLength(JSON.stringify(placeOf(record))) + ':[],'.length;

/** Each failed record and every later one of its partition, in the order of `records`. */
export function failuresFor(records: readonly LogRecord[], failed: readonly LogRecord[]): KafkaBatchResponse {
  const firstFailed = new Map<string, number>();
  for (const record of failed) {
    const place = placeOf(record);
    firstFailed.set(place, Math.min(record.offset, firstFailed.get(place) ?? Infinity));
  }
  // Answered from `records`: Lambda fails the whole batch over an identifier that it did not send.
  const unfinished = records.filter(
    (record) => record.offset >= (firstFailed.get(placeOf(record)) ?? Infinity),
  );
  return {
    batchItemFailures: unfinished.map((record) => ({
      itemIdentifier: { partition: placeOf(record), offset: record.offset },
    })),
  };
}

const placeOf = (record: LogRecord): string => `${record.topic}-${record.partition}`;

function recordOf(item: unknown, path: string): Result<LogRecord, WireProblem> {
  if (!isMap(item)) return shape(path, item, 'an object');
  const { topic, partition, offset, timestamp } = item;
  if (typeof topic !== 'string' || topic === '') return shape(`${path}/topic`, topic, 'a topic name');
  if (!isCount(partition)) return shape(`${path}/partition`, partition, 'an integer from 0');
  if (!isCount(offset)) return shape(`${path}/offset`, offset, 'an integer from 0');
  // Kafka has -1 for records without a timestamp.
  if (timestamp !== -1 && !isCount(timestamp))
    return shape(`${path}/timestamp`, timestamp, 'milliseconds since 1970');
  const key = bytesOf(item['key']);
  if (key === undefined) return shape(`${path}/key`, item['key'], 'padded base64 text or null');
  const value = bytesOf(item['value']);
  if (value === undefined) return shape(`${path}/value`, item['value'], 'padded base64 text or null');
  const headers = headersOf(item['headers'], `${path}/headers`);
  if (!headers.ok) return headers;
  const given = item['timestampType'] === 'CREATE_TIME' ? ({ timestampType: 'CREATE_TIME' } as const) : {};
  return ok({ topic, partition, offset, timestamp, ...given, key, value, headers: headers.value });
}

function bytesOf(text: unknown): Uint8Array | null | undefined {
  if (text === null || text === undefined) return null;
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  return isPaddedBase64(text, bytes) ? bytes : undefined;
}

/**
 * Whether these bytes, encoded again, are this very text. Node's decoder skips what it does not know, takes the URL
 * alphabet too, and drops the spare bits of the last letter: each of the three is looked for.
 */
function isPaddedBase64(text: string, bytes: Uint8Array): boolean {
  if (text.length !== 4 * Math.ceil(bytes.length / 3)) return false;
  if (text.includes('-') || text.includes('_')) return false;
  const last = bytes[bytes.length - 1] ?? 0;
  const before = bytes[bytes.length - 2] ?? 0;
  switch (bytes.length % 3) {
    case 1:
      return text.endsWith(`${letterOf(last >> 2)}${letterOf(last << 4)}==`);
    case 2:
      return text.endsWith(`${letterOf((before << 4) | (last >> 4))}${letterOf(last << 2)}=`);
    default:
      return true;
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const letterOf = (bits: number): string => letters.charAt(bits & 63);

function headersOf(list: unknown, path: string): Result<LogRecord['headers'], WireProblem> {
  if (list === null || list === undefined) return ok([]);
  if (!Array.isArray(list)) return shape(path, list, 'a list or null');
  const headers: (readonly [string, Uint8Array])[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const item: unknown = list[index];
    if (!isMap(item)) return shape(`${path}/${index}`, item, 'an object with one header');
    for (const name of Object.keys(item)) {
      const bytes = headerBytes(item[name]);
      if (bytes === undefined)
        return shape(`${path}/${index}/${name}`, item[name], 'a list of bytes, signed or unsigned');
      headers.push([name, bytes]);
    }
  }
  return ok(headers);
}

/** A plain loop: this runs for every byte of every header, and `Uint8Array.from` takes five times as long. */
function headerBytes(list: unknown): Uint8Array | undefined {
  if (!Array.isArray(list)) return undefined;
  const bytes = new Uint8Array(list.length);
  for (let index = 0; index < list.length; index += 1) {
    const byte: unknown = list[index];
    if (typeof byte !== 'number' || !Number.isInteger(byte) || byte < -128 || byte > 255) return undefined;
    bytes[index] = byte & 0xff;
  }
  return bytes;
}

/** One record as an event source mapping hands it out. */
export function eventRecord(record: LogRecord): KafkaEventRecord {
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    timestampType: timestampTypeOf(record),
    key: record.key === null ? null : base64(record.key),
    value: record.value === null ? null : base64(record.value),
    headers: record.headers.map(headerOf),
  };
}

/** A plain loop here too; and a name that is computed in a literal costs more than all bytes of its header. */
function headerOf([name, bytes]: LogRecord['headers'][number]): Readonly<Record<string, readonly number[]>> {
  const list: number[] = [];
  for (let index = 0; index < bytes.length; index += 1) list.push(signed(bytes[index] ?? 0));
  if (name === '__proto__') return { [name]: list };
  const header: Record<string, readonly number[]> = {};
  header[name] = list;
  return header;
}

const timestampTypeOf = (record: LogRecord): KafkaEventRecord['timestampType'] =>
  record.timestampType ?? 'LOG_APPEND_TIME';

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** As Lambda's pollers write them: bytes of a JVM. */
const signed = (byte: number): number => (byte > 127 ? byte - 256 : byte);

const base64Size = (bytes: Uint8Array | null): number =>
  bytes === null ? 0 : 4 * Math.ceil(bytes.length / 3);

function headerSize(name: string, bytes: Uint8Array): number {
  const digits = bytes.reduce(
    (size, byte) => size + String(signed(byte)).length,
    Math.max(0, bytes.length - 1),
  );
  return '{:[]}'.length + Buffer.byteLength(JSON.stringify(name)) + digits;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const shape = (
  path: string,
  got: unknown,
  expected: string,
): { readonly ok: false; readonly problem: WireProblem } =>
  no(
    wireProblem('ESM_SHAPE', {
      path,
      got: shown(got),
      expected,
      fix: 'invoke this function from a Kafka event source mapping or the local invoker',
    }),
  );
