/** Topics: creating what is missing, listing what is there. */
import { type Admin, type ITopicConfig, type Kafka } from 'kafkajs';
import { createConnection } from './connection.ts';
import { guarded, noBrokerAnswered } from './kafka-error.ts';
import { checkTopicShape } from '#core/topic-shape.ts';

/** `infra/topology.ts` gives all of it. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs?: number;
  readonly maxMessageBytes?: number;
}
interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
}

export interface Topics {
  create(wanted: readonly WantedTopic[]): Promise<void>;
  list(): Promise<readonly FoundTopic[]>;
  close(): Promise<void>;
}

export interface TopicsOptions {
  readonly client: () => Kafka;
  readonly brokers: readonly string[];
  readonly replicationFactor: number | undefined;
}

/** How long a new topic may take until every broker has heard of it. */
const appearMs = 15_000;

export function createTopics({ client, brokers, replicationFactor }: TopicsOptions): Topics {
  const connection = createConnection(async () => {
    const admin = client().admin({ retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 } });
    await admin.connect();
    return admin;
  });
  const withAdmin = <T>(action: string, work: (admin: Admin) => Promise<T>): Promise<T> =>
    guarded({ action, brokers }, async () => {
      const admin = await connection.get();
      try {
        return await work(admin);
      } catch (error) {
        connection.drop(admin);
        throw error;
      }
    });

  return {
    list: () => withAdmin('list the topics', list),
    async create(wanted) {
      for (const shape of wanted) checkTopicShape(shape);
      const names = wanted.map(({ name }) => name).join(', ');
      await withAdmin(`create ${names}`, async (admin) => {
        const there = new Set((await list(admin)).map(({ name }) => name));
        const lacking = new Map(wanted.filter(({ name }) => !there.has(name)).map((one) => [one.name, one]));
        if (lacking.size === 0) return;
        const topics = [...lacking.values()].map((one) => configOf(one, replicationFactor));
        // Somebody else may create one of them at the same time, which is as good.
        await admin.createTopics({ topics, waitForLeaders: false, timeout: appearMs });
        await appeared(admin, [...lacking.keys()]);
        // kafkajs asks for every topic it has looked at ever after, and fails once one of them is deleted.
        connection.drop(admin);
      });
    },
    close: () => connection.close(),
  };
}

/** What begins with two underscores belongs to the cluster. */
async function list(admin: Admin): Promise<readonly FoundTopic[]> {
  const { topics } = await admin.fetchTopicMetadata().catch((error: unknown) => {
    // kafkajs trips over the missing answer where no broker gave one.
    throw error instanceof TypeError ? new Error(noBrokerAnswered, { cause: error }) : error;
  });
  return topics
    .filter(({ name }) => !name.startsWith('__'))
    .map(({ name, partitions }) => ({ name, partitions: partitions.length }));
}

function configOf(topic: WantedTopic, replicationFactor: number | undefined): ITopicConfig {
  const { name, partitions, retentionMs, maxMessageBytes } = topic;
  const entries: readonly (readonly [string, string | number | undefined])[] = [
    // Deadlines and capabilities are compared with the broker's time, which no producer can choose.
    ['message.timestamp.type', 'LogAppendTime'],
    // The broker unpacks what others compress, up to the size it takes: no reader needs every codec, nor meets a bomb.
    ['compression.type', 'uncompressed'],
    ['retention.ms', retentionMs],
    ['max.message.bytes', maxMessageBytes],
  ];
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor: replicationFactor ?? -1,
    configEntries: entries.flatMap(([entry, value]) =>
      value === undefined ? [] : [{ name: entry, value: String(value) }],
    ),
  };
}

/**
 * A topic is in the metadata before its leaders serve it. Until they do, a publish to some of its partitions would be
 * refused, and kafkajs would send it to all of them again.
 */
async function appeared(admin: Admin, names: readonly string[]): Promise<void> {
  const deadline = performance.now() + appearMs;
  for (const name of names)
    for (;;) {
      const there = (await list(admin)).some((topic) => topic.name === name) && (await isServed(admin, name));
      if (there || performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

const isServed = (admin: Admin, topic: string): Promise<boolean> =>
  admin.fetchTopicOffsets(topic).then(
    () => true,
    () => false,
  );
