/**
 * Publishing. One request is under way at a time; what is published meanwhile goes along with the next one, so a busy
 * process sends few large requests and an idle one waits for nothing (KP4).
 * KP1. A publish resolves when all its records are acknowledged by all replicas, and rejects for its own sake only.
 * KP2. The records of one publish, and publishes one after the other, keep their order in each partition.
 * KP3. A request that failed in part is made again whole, here: kafkajs, trying again by itself, leaves out what it had
 *     for a broker that has left the lead of a partition to one whose answer it holds already, and reports success.
 * KP4. After a request of several records the next one waits a moment for company: each costs client and broker about
 *     as much as five records do. One that went with few records proves that nobody else publishes, and nothing waits.
 */
import { type Kafka, Partitioners, type Producer, type TopicMessages } from 'kafkajs';
import { type InfrastructureError } from '#core/failure.ts';
import { type OutgoingRecord } from '#core/ports.ts';
import { endsWithin, systemTimers } from '../timers.ts';
import { type Connection, createConnection } from './connection.ts';
import { companyMs, until } from './company.ts';
import { type Attempt, codeOf, kafkaError, mayPass } from './kafka-error.ts';
import { sizeOf, toMessage } from './record.ts';

/** For each topic in a request: kafkajs makes one record batch for each partition, and brokers take about a megabyte. */
const topicBytes = 900 * 1024;
const requestBytes = 8 * 1024 * 1024;

/** A request, before its publishers hear that it failed. */
const attempts = 4;
const firstWaitMs = 100;
/** For what is being published when the log is closed; a broker that hangs does not hold up the end. */
const closeMs = 2_000;

interface Call {
  readonly records: readonly OutgoingRecord[];
  sent: number;
  readonly done: () => void;
  readonly failed: (error: InfrastructureError) => void;
}
/** The next records of a call. */
interface Part {
  readonly call: Call;
  readonly records: readonly OutgoingRecord[];
}

interface Target {
  readonly connection: Connection<Producer>;
  readonly brokers: readonly string[];
}

export interface Publisher {
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export function createPublisher(client: () => Kafka, brokers: readonly string[]): Publisher {
  const connection = createConnection(() => openProducer(client()));
  const to: Target = { connection, brokers };
  const calls: Call[] = [];
  let sending: Promise<void> | undefined;
  /** KP4. When the next request may begin. */
  let notBefore = -Infinity;

  const drain = async (): Promise<void> => {
    while (calls.length > 0) {
      await until(notBefore);
      const parts = takeParts(calls);
      notBefore = performance.now() + companyMs(parts.reduce((sum, { records }) => sum + records.length, 0));
      await sendParts(to, parts);
      for (let at = calls.length - 1; at >= 0; at -= 1) if (isSettled(calls[at])) calls.splice(at, 1);
    }
    sending = undefined;
  };
  return {
    publish(records) {
      if (records.length === 0) return Promise.resolve();
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      calls.push({ records, sent: 0, done: () => resolve(undefined), failed: reject });
      sending ??= drain();
      return promise;
    },
    async close() {
      if (sending !== undefined) await endsWithin(systemTimers, closeMs, sending);
      await connection.close();
    },
  };
}

const isSettled = (call: Call | undefined): boolean => call !== undefined && call.sent >= call.records.length;

async function openProducer(client: Kafka): Promise<Producer> {
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    retry: { retries: 0 }, // KP3
  });
  await producer.connect();
  return producer;
}

/** What fits one request, from the oldest call on. The first record goes whatever its size. */
function takeParts(calls: readonly Call[]): readonly Part[] {
  const parts: Part[] = [];
  const byTopic = new Map<string, number>();
  let total = 0;
  for (const call of calls) {
    let end = call.sent;
    for (; end < call.records.length; end += 1) {
      const record = call.records[end];
      if (record === undefined) break;
      const size = sizeOf(record);
      const used = byTopic.get(record.topic) ?? 0;
      if (total > 0 && (total + size > requestBytes || (used > 0 && used + size > topicBytes))) break;
      byTopic.set(record.topic, used + size);
      total += size;
    }
    if (end > call.sent) parts.push({ call, records: call.records.slice(call.sent, end) });
    // KP2. Nothing overtakes what did not fit.
    if (end < call.records.length) break;
  }
  return parts;
}

async function sendParts(to: Target, parts: readonly Part[]): Promise<void> {
  const together = parts.flatMap(({ records }) => records);
  const error = parts.length === 1 ? await sendInPieces(to, together) : await send(to, together);
  if (error === undefined) parts.forEach(settle);
  else if (parts.length === 1 || codeOf(error) === 'KAFKA_UNREACHABLE')
    for (const { call } of parts) fail(call, error);
  // KP1. Somebody's record was refused: each on its own, so that only its publisher hears of it.
  else for (const part of parts) await sendParts(to, [part]);
}

function settle({ call, records }: Part): void {
  call.sent += records.length;
  if (isSettled(call)) call.done();
}

function fail(call: Call, error: InfrastructureError): void {
  call.sent = call.records.length;
  call.failed(error);
}

/** Nothing, or why not. Records too large together go in halves: a topic may take less than is usual. */
async function sendInPieces(
  to: Target,
  records: readonly OutgoingRecord[],
): Promise<InfrastructureError | undefined> {
  const error = await send(to, records);
  if (error === undefined || codeOf(error) !== 'PAYLOAD_TOO_LARGE' || records.length === 1) return error;
  const middle = Math.ceil(records.length / 2);
  return (
    (await sendInPieces(to, records.slice(0, middle))) ?? (await sendInPieces(to, records.slice(middle)))
  );
}

async function send(
  to: Target,
  records: readonly OutgoingRecord[],
): Promise<InfrastructureError | undefined> {
  let waitMs = firstWaitMs;
  for (let attempt = 1; ; attempt += 1) {
    const { error, again } = await sendOnce(to, records);
    if (!again || attempt === attempts) return error;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    waitMs *= 2;
  }
}

interface Sent {
  readonly error?: InfrastructureError;
  /** What went wrong may pass by itself. */
  readonly again: boolean;
}

async function sendOnce({ connection, brokers }: Target, records: readonly OutgoingRecord[]): Promise<Sent> {
  const topics = [...new Set(records.map(({ topic }) => topic))].join(', ');
  const attempt: Attempt = { action: `publish to ${topics}`, brokers, topic: topics };
  let producer: Producer | undefined;
  try {
    producer = await connection.get();
    await producer.sendBatch({ acks: -1, topicMessages: byTopic(records) });
    return { again: false };
  } catch (cause) {
    const error = kafkaError(cause, attempt);
    // A refusal says nothing of the connection; anything else may have spoilt it.
    if (producer !== undefined && codeOf(error) !== 'PAYLOAD_TOO_LARGE') connection.drop(producer);
    // Connecting has been tried several times when it fails.
    return { error, again: producer !== undefined && mayPass(cause) };
  }
}

function byTopic(records: readonly OutgoingRecord[]): TopicMessages[] {
  const lists = new Map<string, ReturnType<typeof toMessage>[]>();
  for (const record of records) {
    const list = lists.get(record.topic);
    if (list === undefined) lists.set(record.topic, [toMessage(record)]);
    else list.push(toMessage(record));
  }
  return [...lists].map(([topic, messages]) => ({ topic, messages }));
}
