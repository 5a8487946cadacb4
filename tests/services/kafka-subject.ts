/** What the suites on real Kafka share: a log on it that closes whole, and a look at it from beside. */
import { type Admin, type IHeaders } from 'kafkajs';
import { createClient } from '#adapters/kafka/client.ts';
import { type KafkaLog, type KafkaOptions, openKafka } from '#adapters/kafka/open.ts';
import { keepingLogger } from '#local/memory-log.fixture.ts';
import { type EsmSubject, type WrittenRecord } from '#tests/esm/subject.ts';
import { bootstrapServers } from './services.ts';

export const optionsOf = (changes: Partial<KafkaOptions> = {}): KafkaOptions => ({
  brokers: bootstrapServers().split(','),
  clientId: 'baton-test',
  security: { type: 'plaintext' },
  logger: keepingLogger(),
  ...changes,
});

export const openTestKafka = (changes: Partial<KafkaOptions> = {}): KafkaLog => openKafka(optionsOf(changes));

export interface KafkaSubject extends KafkaLog, EsmSubject {
  /** Of another client, connected. */
  admin(): Promise<Admin>;
}

/** The log under test, and beside it another client, which writes what only others write and sees what was committed. */
export function openKafkaSubject(changes: Partial<KafkaOptions> = {}): KafkaSubject {
  const kafka = openTestKafka(changes);
  const other = createClient(optionsOf(changes));
  const [producer, admin] = [other.producer({ allowAutoTopicCreation: false }), other.admin()];
  let [producing, administering]: Promise<void>[] = [];
  const connectedAdmin = async (): Promise<Admin> => {
    await (administering ??= admin.connect());
    return admin;
  };
  return {
    ...kafka,
    log: {
      ...kafka.log,
      // Cases write more at once, and larger records, than the topics of Baton take.
      createTopics: (wanted) =>
        kafka.log.createTopics(wanted.map((one) => ({ ...one, maxMessageBytes: 16 * 1024 * 1024 }))),
    },
    timestampType: 'LOG_APPEND_TIME',
    admin: connectedAdmin,
    async append(records) {
      await (producing ??= producer.connect());
      const topics = new Set(records.map(({ topic }) => topic));
      const of = (name: string) => records.filter(({ topic }) => topic === name).map(toMessage);
      await producer.sendBatch({
        topicMessages: [...topics].map((topic) => ({ topic, messages: of(topic) })),
      });
    },
    async committed(topic, groupId) {
      const offsets = await (await connectedAdmin()).fetchOffsets({ groupId, topics: [topic] });
      const partitions = offsets[0]?.partitions ?? [];
      return partitions
        .toSorted((a, b) => a.partition - b.partition)
        .map(({ offset }) => Math.max(0, Number(offset)));
    },
    async close() {
      await kafka.close();
      await Promise.all([producing, administering]);
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  };
}

function toMessage({ key, value, headers }: WrittenRecord) {
  const byName: Record<string, Buffer[]> = {};
  for (const [name, bytes] of headers) (byName[name] ??= []).push(Buffer.from(bytes));
  return { key: asBuffer(key), value: asBuffer(value), headers: byName satisfies IHeaders };
}

const asBuffer = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
