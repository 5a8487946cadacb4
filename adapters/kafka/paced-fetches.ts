/**
 * Mends how often kafkajs fetches. It asks again as soon as an answer has come, and the broker answers with the first
 * partition that has anything: what one request published to ten partitions comes in several answers, each of which
 * costs both sides as much as some records do. After an answer with several records the next fetch waits a moment.
 */
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { companyMs, until } from './company.ts';

let mended = false;

export function mendFetches(): void {
  if (mended) return;
  mended = true;
  const { prototype } = ConsumerGroup;
  const fetch = Reflect.get(prototype, 'fetch');
  /** By group and broker; fetches of one broker follow each other. */
  const notBefore = new WeakMap<ConsumerGroup, Map<number, number>>();
  prototype.fetch = async function (this: ConsumerGroup, nodeId: number) {
    const times = notBefore.get(this) ?? new Map<number, number>();
    notBefore.set(this, times);
    await until(times.get(nodeId) ?? -Infinity);
    const batches = await fetch.call(this, nodeId);
    const records = batches.reduce((sum, { messages }) => sum + messages.length, 0);
    times.set(nodeId, performance.now() + companyMs(records));
    return batches;
  };
}
