import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Kafka } from 'kafkajs';
import { readTopic } from './reader.ts';

interface Asked {
  readonly topics: readonly { readonly partitions: readonly { readonly fetchOffset: string }[] }[];
}

const messages = Array.from({ length: 4 }, (_, offset) => ({
  offset: String(offset),
  timestamp: '1',
  key: null,
  value: Buffer.from(`record ${offset}`),
  headers: {},
}));

/** What the reader uses of kafkajs, for a topic of one partition. `answers`: of each fetch, whether it is held back. */
function throttling(answers: boolean[]): Kafka {
  const broker = {
    fetch: ({ topics }: Asked) => {
      const from = Number(topics[0]?.partitions[0]?.fetchOffset);
      const partition = { partition: 0, highWatermark: '4', messages: messages.slice(from, from + 2) };
      return Promise.resolve({ responses: answers.shift() === true ? [] : [{ partitions: [partition] }] });
    },
  };
  const cluster = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    addTargetTopic: () => Promise.resolve(),
    findTopicPartitionMetadata: () => [{ partitionId: 0 }],
    findLeaderForPartitions: () => ({ 1: [0] }),
    findBroker: () => Promise.resolve(broker),
    fetchTopicsOffset: ([{ fromBeginning }]: [{ fromBeginning: boolean }]) =>
      Promise.resolve([{ partitions: [{ partition: 0, offset: fromBeginning ? '0' : '4' }] }]),
  };
  const consumer = ({
    partitionAssigners: [assigner],
  }: {
    partitionAssigners: [(parts: object) => unknown];
  }) => assigner({ cluster, groupId: 'g', logger: {} });
  return { consumer } as unknown as Kafka;
}

it('reads on behind a broker that answers of no partition, as one does that holds a client to its quota', async () => {
  const client = throttling([false, true, true, false]);
  const read: (string | undefined)[] = [];
  const options = { brokers: ['broker:9092'], topic: 't', from: 'beginning', follow: false } as const;
  for await (const { value } of readTopic({ client: () => client, ...options }))
    read.push(value === null ? undefined : Buffer.from(value).toString());
  assert.deepEqual(read, ['record 0', 'record 1', 'record 2', 'record 3']);
});
