/** What a topic of Baton is made with, in Kafka's words. */
import { type IResourceConfigEntry } from 'kafkajs';

/** `infra/topology.ts` gives all of it. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs?: number;
  readonly maxMessageBytes?: number;
}

export function topicSettings({ retentionMs, maxMessageBytes }: WantedTopic): IResourceConfigEntry[] {
  const entries: readonly (readonly [string, string | number | undefined])[] = [
    // Deadlines and capabilities are compared with the broker's time, which no producer can choose.
    ['message.timestamp.type', 'LogAppendTime'],
    // The broker unpacks what others compress, up to the size it takes: no reader needs every codec, nor meets a bomb.
    ['compression.type', 'uncompressed'],
    ['retention.ms', retentionMs],
    ['max.message.bytes', maxMessageBytes],
  ];
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
}
