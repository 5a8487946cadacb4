/** Topics: creating what is missing, changing and listing what is there. */
import { type Admin, type ITopicConfig, type Kafka } from 'kafkajs';
import { createConnection } from './connection.ts';
import { guarded, noBrokerAnswered } from './kafka-error.ts';
import { changeTopics, type FoundTopic } from './topic-changes.ts';
import { topicSettings, type WantedTopic } from './topic-settings.ts';
import { checkTopicShape } from '#core/topic-shape.ts';

export interface Topics {
  /** Creates what is missing, changes nothing else. */
  create(wanted: readonly WantedTopic[]): Promise<void>;
  /** Creates what is missing, and brings what is there to what is wanted. Throws TOPIC_PARTITIONS where that is fewer. */
  bring(wanted: readonly WantedTopic[]): Promise<void>;
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

  /** Gives what was there before. */
  const createMissing = async (
    admin: Admin,
    wanted: readonly WantedTopic[],
  ): Promise<readonly FoundTopic[]> => {
    const found = await list(admin);
    const there = new Set(found.map(({ name }) => name));
    const lacking = new Map(wanted.filter(({ name }) => !there.has(name)).map((one) => [one.name, one]));
    if (lacking.size === 0) return found;
    const topics = [...lacking.values()].map((one) => configOf(one, replicationFactor));
    // Somebody else may create one of them at the same time, which is as good.
    await admin.createTopics({ topics, waitForLeaders: false, timeout: appearMs });
    await appeared(admin, [...lacking.keys()].map((name) => ({ name, partitions: 1 }))); // prettier-ignore
    return found;
  };
  const work = async (
    action: string,
    wanted: readonly WantedTopic[],
    step: (admin: Admin) => Promise<unknown>,
  ): Promise<void> => {
    for (const shape of wanted) checkTopicShape(shape);
    const names = wanted.map(({ name }) => name).join(', ');
    await withAdmin(`${action} ${names}`, async (admin) => {
      await step(admin);
      // kafkajs asks for every topic it has looked at ever after, and fails once one of them is deleted.
      connection.drop(admin);
    });
  };

  return {
    list: () => withAdmin('list the topics', list),
    create: (wanted) => work('create', wanted, (admin) => createMissing(admin, wanted)),
    bring: (wanted) =>
      work('bring to what is wanted', wanted, async (admin) => {
        const found = await createMissing(admin, wanted);
        const names = new Set(found.map(({ name }) => name));
        const there = wanted.filter(({ name }) => names.has(name));
        const grown = new Set(await changeTopics(admin, { wanted: there, found }));
        await appeared(admin, there.filter(({ name }) => grown.has(name))); // prettier-ignore
      }),
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

const configOf = (topic: WantedTopic, replicationFactor: number | undefined): ITopicConfig => ({
  topic: topic.name,
  numPartitions: topic.partitions,
  replicationFactor: replicationFactor ?? -1,
  configEntries: topicSettings(topic),
});

/**
 * A topic, or a partition, is in the metadata before its leader serves it. Until it does, a publish to some of its
 * partitions would be refused, and kafkajs would send it to all of them again.
 */
async function appeared(admin: Admin, awaited: readonly FoundTopic[]): Promise<void> {
  const deadline = performance.now() + appearMs;
  for (const { name, partitions } of awaited)
    for (;;) {
      const found = (await list(admin)).find((topic) => topic.name === name);
      const there = found !== undefined && found.partitions >= partitions && (await isServed(admin, name));
      if (there || performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

const isServed = (admin: Admin, topic: string): Promise<boolean> =>
  admin.fetchTopicOffsets(topic).then(
    () => true,
    () => false,
  );
