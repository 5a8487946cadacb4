/**
 * What a case works with: topics of its own, records on the partitions it names, and mappings over them. Mappings run
 * on virtual time, the log on real time: so a case waits for what the log does, and moves time for what a mapping does.
 */
import assert from 'node:assert/strict';
import { partitionOf } from '#core/partitioner.ts';
import { settled, type VirtualTime, virtualTime } from '#local/memory-log.fixture.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { patienceMs } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { type Feed, type FeedOptions, openFeed } from './feed.ts';
import { type EsmSubject, type OpenSubject } from './subject.ts';

export interface EsmWorld {
  readonly time: VirtualTime;
  readonly subject: EsmSubject;
  /** Creates a topic; its name has hyphens and ends like a partition's, so that nobody gets away with splitting it. */
  topicWith(partitions: number, name?: string): Promise<string>;
  /** Appends values to one partition of a topic made by `topicWith`, in order. */
  write(topic: string, partition: number, ...values: readonly (string | Uint8Array | null)[]): Promise<void>;
  /** Starts a mapping; without settings, a window of a second gathers what a case has written. */
  feed(topic: string, options?: FeedOptions): Promise<Feed>;
  /** Waits until the log itself has these offsets of the feed's group, by partition. */
  untilCommitted(feed: Feed, ...expected: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(open: OpenSubject): Promise<EsmWorld> {
  const time = virtualTime(Date.now());
  const subject = await open(time.clock);
  const partitionsOf = new Map<string, number>();
  const feeds: Feed[] = [];
  return {
    time,
    subject,
    topicWith: async (partitions, name = `${unique('esm')}-1`) => {
      await subject.log.createTopics([{ name, partitions }]);
      partitionsOf.set(name, partitions);
      return name;
    },
    write: async (topic, partition, ...values) => {
      const key = keyTo(partition, partitionsOf.get(topic) ?? assert.fail(`no case created ${topic}`));
      const bytes = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
      await subject.append(bytes.map((value) => ({ topic, key, value, headers: [] })));
    },
    feed: async (topic, options = {}) => {
      const feed = await openFeed({ subject, time }, topic, options);
      feeds.push(feed);
      return feed;
    },
    untilCommitted: async (feed, ...expected) => {
      let found: readonly number[] = [];
      await until(
        async () => {
          await settled();
          found = await subject.committed(feed.topic, feed.group);
          return found.join() === expected.join();
        },
        () => `committed are ${found.join()}, expected ${expected.join()}`,
        patienceMs,
      );
    },
    close: async () => {
      for (const feed of feeds) await feed.stop();
      await subject.close();
    },
  };
}

/** A key that lands on this partition. */
export function keyTo(partition: number, partitions: number): Uint8Array {
  for (let turn = 0; ; turn += 1) {
    const key = Buffer.from(`key-${turn}`);
    if (partitionOf(key, partitions) === partition) return key;
  }
}
