/** The `Log` on Apache Kafka or what speaks its protocol. Opening does no I/O; the first call connects. */
import { type Kafka } from 'kafkajs';
import { type Log, type LogConsumer } from '#core/ports.ts';
import { createClient } from './client.ts';
import { openConsumer } from './consumer.ts';
import { logClosed } from './kafka-error.ts';
import { type KafkaOptions } from './options.ts';
import { createPublisher } from './producer.ts';
import { readTopic } from './reader.ts';
import { type WantedTopic } from './topic-settings.ts';
import { createTopics } from './topics.ts';

export type { KafkaOptions, KafkaSecurity } from './options.ts';

export interface KafkaLog {
  readonly log: Log;
  /** Comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /** As `createTopics`, and changes what is there: more partitions, other settings; settings of others stay. */
  bringTopics(topics: readonly WantedTopic[]): Promise<void>;
  /**
   * Sends what is being published, leaves every group, and closes every connection; where the brokers do not answer,
   * gives all of it up after some seconds.
   */
  close(): Promise<void>;
}

export function openKafka(options: KafkaOptions): KafkaLog {
  const { brokers, logger, replicationFactor, sessionTimeoutMs = 30_000 } = options;
  let kafka: Kafka | undefined;
  let closed = false;
  const consumers = new Set<LogConsumer>();
  const client = (): Kafka => {
    if (closed) throw logClosed(brokers);
    return (kafka ??= createClient(options));
  };
  const publisher = createPublisher(client, brokers);
  const topics = createTopics({ client, brokers, replicationFactor });

  const log: Log = {
    publish: (records) => publisher.publish(records),
    async consumer({ topic, group }) {
      const consumer = await openConsumer({ client, brokers, topic, group, sessionTimeoutMs, logger });
      const kept: LogConsumer = {
        ...consumer,
        close() {
          consumers.delete(kept);
          return consumer.close();
        },
      };
      consumers.add(kept);
      return kept;
    },
    read: (wanted) => readTopic({ client, brokers, ...wanted }),
    createTopics: (wanted) => topics.create(wanted),
    topics: () => topics.list(),
  };
  return {
    log,
    bootstrapServers: brokers.join(','),
    bringTopics: (wanted) => topics.bring(wanted),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await Promise.all([publisher.close(), topics.close()]);
      closed = true;
    },
  };
}
