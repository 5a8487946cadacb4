/**
 * Commits a mapping's positions, one commit at a time, off the path of the next batch.
 * O1. A position never goes back.   O2. What could not be committed goes along with the next commit.
 * Behind the batches is safe: after a crash the records in between come again, which every handler expects.
 */
import { type LogConsumer, type Logger } from '#core/ports.ts';

export interface OffsetCommits {
  /** Remembers that everything below `nextOffset` is done. */
  add(partition: number, nextOffset: number): void;
  /** Begins to commit what was added. */
  start(): void;
  /** Resolves when nothing is left to commit, or the last try failed. */
  flush(): Promise<void>;
}

export function createOffsetCommits(consumer: LogConsumer, logger: Logger): OffsetCommits {
  const pending = new Map<number, number>();
  let running: Promise<void> | undefined;

  const commitAll = async (): Promise<void> => {
    while (pending.size > 0) {
      const positions = [...pending].map(([partition, nextOffset]) => ({ partition, nextOffset }));
      pending.clear();
      try {
        await consumer.commit(positions);
      } catch (error) {
        for (const { partition, nextOffset } of positions) keepLater(pending, partition, nextOffset);
        logger.warn({ error, positions }, 'offsets not committed; they go along with the next commit');
        break;
      }
    }
    running = undefined;
  };
  const start = (): void => {
    if (running === undefined && pending.size > 0) running = commitAll();
  };
  return {
    add: (partition, nextOffset) => keepLater(pending, partition, nextOffset),
    start,
    flush: async () => {
      await running;
      start();
      await running;
    },
  };
}

const keepLater = (positions: Map<number, number>, partition: number, nextOffset: number): void =>
  void positions.set(partition, Math.max(nextOffset, positions.get(partition) ?? 0));
