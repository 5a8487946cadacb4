/**
 * Reads a topic without a group, for people: all partitions merged by time.
 *
 * kafkajs reads only for groups. A temporary group would need the right to make one, wait for the broker's rebalance
 * delay, and stay behind where a process is killed. So a consumer is made that never joins, for the connections to the
 * brokers that it gives its assigner: they can fetch, and a group never comes to be.
 */
import { setTimeout } from 'node:timers/promises';
import { type Cluster, type Kafka, type KafkaMessage, PartitionAssigners } from 'kafkajs';
import { type LogRecord } from '#core/ports.ts';
import { guarded } from './kafka-error.ts';
import { toRecord } from './record.ts';

export interface ReadOptions {
  readonly client: () => Kafka;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly from: 'beginning' | 'end';
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** A partition as it is read: `end` is what is known to be there, `records` what was fetched and not used. */
interface Place {
  readonly partition: number;
  next: number;
  end: number;
  records: LogRecord[];
}

const followWaitMs = 500;
const patienceMs = 5_000;
const followPatienceMs = 60_000;
const partitionBytes = 1024 * 1024;

export async function* readTopic(options: ReadOptions): AsyncGenerator<LogRecord, void, undefined> {
  const { topic, follow, signal, brokers } = options;
  const attempt = { action: `read ${topic}`, brokers, topic };
  const cluster = await guarded(attempt, async () => clusterOf(options.client()));
  try {
    const places = await guarded(attempt, () => findPlaces(cluster, options));
    while (!isAborted(signal)) {
      const behind = places.filter((place) => place.records.length === 0 && place.next < place.end);
      if (behind.length > 0) {
        await guarded(attempt, () => fetchPatiently(cluster, options, behind, 100));
        continue;
      }
      const record = takeOldest(places);
      if (record !== undefined) yield record;
      else if (!follow) return;
      else await guarded(attempt, () => fetchPatiently(cluster, options, places, followWaitMs));
    }
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

/** A call, because the compiler takes a property it has compared once for settled. */
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

function clusterOf(client: Kafka): Cluster {
  let found: Cluster | undefined;
  client.consumer({
    groupId: 'baton-never-joined',
    allowAutoTopicCreation: false,
    readUncommitted: true,
    partitionAssigners: [
      (parts) => {
        found = parts.cluster;
        return PartitionAssigners.roundRobin(parts);
      },
    ],
  });
  if (found === undefined) throw new Error('kafkajs gave no connection to its assigner');
  return found;
}

async function findPlaces(cluster: Cluster, { topic, from }: ReadOptions): Promise<readonly Place[]> {
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId: partition }) => ({ partition }));
  const offsets = async (fromBeginning: boolean): Promise<ReadonlyMap<number, number>> => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }]);
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  const ends = await offsets(false);
  const starts = from === 'end' ? ends : await offsets(true);
  return partitions.map(({ partition }) => ({
    partition,
    next: starts.get(partition) ?? 0,
    end: ends.get(partition) ?? 0,
    records: [],
  }));
}

/** Equal times go by partition. */
function takeOldest(places: readonly Place[]): LogRecord | undefined {
  let oldest: Place | undefined;
  for (const place of places) {
    const time = place.records[0]?.timestamp;
    if (time !== undefined && (oldest === undefined || time < (oldest.records[0]?.timestamp ?? 0)))
      oldest = place;
  }
  return oldest?.records.shift();
}

/** Brokers restart, and partitions move; who follows a topic need not hear of it. */
async function fetchPatiently(
  cluster: Cluster,
  options: ReadOptions,
  places: readonly Place[],
  maxWaitTime: number,
): Promise<void> {
  const { topic, follow, signal } = options;
  const deadline = performance.now() + (follow ? followPatienceMs : patienceMs);
  for (;;)
    try {
      await fetchMore(cluster, topic, places, maxWaitTime);
      return;
    } catch (error) {
      if (isAborted(signal)) return;
      if (performance.now() > deadline) throw error;
      await setTimeout(500, undefined, { signal }).catch(() => undefined);
      await renew(cluster, options, places).catch(() => undefined);
    }
}

/** Looks again where the partitions are, and where they begin: what was to be read next may have expired. */
async function renew(cluster: Cluster, { topic }: ReadOptions, places: readonly Place[]): Promise<void> {
  await cluster.connect();
  await cluster.refreshMetadata();
  const partitions = places.map(({ partition }) => ({ partition }));
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: true }]);
  for (const place of places) {
    const start = found?.partitions.find(({ partition }) => partition === place.partition);
    place.next = Math.max(place.next, Number(start?.offset ?? 0));
  }
}

/** What a broker answers to a fetch; kafkajs declares it as `any`. */
interface Fetched {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly partition: number;
      readonly highWatermark: string;
      readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
    }[];
  }[];
}

async function fetchMore(
  cluster: Cluster,
  topic: string,
  places: readonly Place[],
  maxWaitTime: number,
): Promise<void> {
  const byLeader = cluster.findLeaderForPartitions(
    topic,
    places.map(({ partition }) => partition),
  );
  let came = 0;
  const answered = new Set<Place>();
  const fetchFrom = async ([nodeId, partitions]: [string, number[]]): Promise<void> => {
    const own = places.filter(({ partition }) => partitions.includes(partition));
    const broker = await cluster.findBroker({ nodeId });
    const { responses } = (await broker.fetch({
      maxWaitTime,
      minBytes: 1,
      maxBytes: 10 * partitionBytes,
      isolationLevel: 0,
      topics: [
        {
          topic,
          partitions: own.map(({ partition, next }) => ({
            partition,
            fetchOffset: String(next),
            maxBytes: partitionBytes,
          })),
        },
      ],
    })) as Fetched;
    for (const answer of responses.flatMap((response) => response.partitions)) {
      const place = own.find(({ partition }) => partition === answer.partition);
      if (place === undefined) continue;
      answered.add(place);
      came += take(topic, place, answer);
    }
  };
  await Promise.all(Object.entries(byLeader).map(fetchFrom));
  // Offsets at the end that hold no record, such as a transaction's marks: nothing will come there. A broker that holds
  // a client to its quota answers of no partition at all, which says nothing of what is there.
  if (came === 0) for (const place of answered) place.next = Math.max(place.next, place.end);
}

type Answer = Fetched['responses'][number]['partitions'][number];

function take(topic: string, place: Place, { messages, highWatermark, partition }: Answer): number {
  // A batch is given whole, also where its beginning was read before.
  const fresh = messages.filter(({ offset }) => Number(offset) >= place.next);
  const last = fresh.at(-1);
  if (last !== undefined) place.next = Number(last.offset) + 1;
  place.end = Math.max(place.end, Number(highWatermark));
  const records = fresh.filter(({ isControlRecord }) => isControlRecord !== true);
  place.records.push(...records.map((message) => toRecord(topic, partition, message)));
  return fresh.length;
}
