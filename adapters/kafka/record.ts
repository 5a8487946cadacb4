/** Between records of the log and messages of kafkajs. */
import { type IHeaders, type KafkaMessage, type Message } from 'kafkajs';
import { type LogRecord, type OutgoingRecord } from '#core/ports.ts';

/** An empty key is none: such records are spread over the partitions. */
export function toMessage({ key, value, headers }: OutgoingRecord): Message {
  return { key: key === '' ? null : key, value: viewOf(value), headers: toHeaders(headers) };
}

/** Bytes the record takes in a record batch, generously. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  const frame = 64;
  return headers.reduce(
    (size, [name, bytes]) => size + 3 * name.length + bytes.length + 10,
    frame + 3 * key.length + value.length,
  );
}

export function toRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    ...(isLogAppendTime(message) ? {} : { timestampType: 'CREATE_TIME' }),
    key: message.key,
    value: message.value,
    headers: fromHeaders(message.headers),
  };
}

function toHeaders(headers: OutgoingRecord['headers']): IHeaders {
  const byName = new Map<string, Buffer[]>();
  for (const [name, bytes] of headers) {
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [viewOf(bytes)]);
    else list.push(viewOf(bytes));
  }
  return Object.fromEntries(byName);
}

/** Only bytes are taken: kafkajs finds inherited things under names such as `constructor`. A null value is empty. */
function fromHeaders(headers: IHeaders | undefined): LogRecord['headers'] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    [value]
      .flat()
      .filter((bytes) => bytes === null || Buffer.isBuffer(bytes))
      .map((bytes) => [name, bytes ?? Buffer.alloc(0)] as const),
  );
}

/** Every record batch says who gave its timestamps; kafkajs passes that on without declaring it. */
function isLogAppendTime(message: KafkaMessage): boolean {
  const context: unknown = Reflect.get(message, 'batchContext');
  return typeof context === 'object' && context !== null && Reflect.get(context, 'timestampType') === 1;
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
