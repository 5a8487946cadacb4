/** What the suites on real Kafka share: where it is, and a log on it that closes whole. */
import { type Logger } from '#core/ports.ts';
import { type KafkaLog, type KafkaOptions, openKafka } from '#adapters/kafka/open.ts';
import { createClient } from '#adapters/kafka/client.ts';
import { type LogSubject } from '#tests/contract/log-subject.ts';
import { bootstrapServers } from './services.ts';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

export const optionsOf = (changes: Partial<KafkaOptions> = {}): KafkaOptions => ({
  brokers: bootstrapServers().split(','),
  clientId: 'baton-test',
  security: { type: 'plaintext' },
  logger: silent,
  ...changes,
});

export const openTestKafka = (changes: Partial<KafkaOptions> = {}): KafkaLog => openKafka(optionsOf(changes));

/** The log under test, and a producer beside it that writes what only other clients write. */
export function openKafkaSubject(changes: Partial<KafkaOptions> = {}): LogSubject & KafkaLog {
  const kafka = openTestKafka(changes);
  const producer = createClient(optionsOf(changes)).producer();
  let connected: Promise<void> | undefined;
  return {
    ...kafka,
    async append(records) {
      await (connected ??= producer.connect());
      for (const { topic, key, value, headers } of records)
        await producer.send({
          topic,
          messages: [{ key: asBuffer(key), value: asBuffer(value), headers: Object.fromEntries(headers) }],
        });
    },
    async close() {
      await kafka.close();
      await connected;
      await producer.disconnect();
    },
  };
}

const asBuffer = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
