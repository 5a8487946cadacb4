/** One member of a consumer group on a topic in memory; it reads every partition of it. */
import { type LogConsumer, type LogRecord } from '#core/ports.ts';
import { type Around } from './around.ts';
import { nextAppend } from './log-news.ts';
import { type MemoryLog } from './log.ts';
import { refusal } from '#core/refusal.ts';

export function openMemoryConsumer(
  log: MemoryLog,
  around: Around,
  { topic, group }: { readonly topic: string; readonly group: string },
): LogConsumer {
  const reader = createReader(log, topic, [...log.committed(topic, group)]);
  const waiting = new Set<() => void>();
  let closed = false;
  const isClosed = (): boolean => closed;

  const wait = async (maxWaitMs: number, signal: AbortSignal | undefined): Promise<void> => {
    let stop = (): void => undefined;
    const onWake = (wake: () => void): void => {
      stop = wake;
      waiting.add(wake);
    };
    await nextAppend(log, topic, { maxWaitMs, signal, onWake });
    waiting.delete(stop);
  };

  return {
    async poll({ maxRecords, maxWaitMs, signal }) {
      if (isClosed()) throw consumerClosed(topic, group);
      const deadline = performance.now() + maxWaitMs;
      while (signal?.aborted !== true) {
        const args = [{ topic, group, maxRecords }];
        const records = reader.moveOn(await around('log.poll', args, () => reader.peek(maxRecords)));
        if (records.length > 0) return records;
        const remaining = deadline - performance.now();
        // Whatever came between the look and here, an append or the end, would otherwise be waited for in vain.
        if (remaining <= 0 || isClosed()) return [];
        if (!reader.isBehind()) await wait(remaining, signal);
        if (isClosed()) return [];
      }
      return [];
    },
    commit: (positions) =>
      around('log.commit', [{ topic, group, positions }], () => log.commit(topic, group, positions)),
    async close() {
      closed = true;
      for (const wake of [...waiting]) wake();
    },
  };
}

interface Reader {
  /** Up to `limit` records from the positions on; changes nothing, so that the call can be repeated or lost. */
  peek(limit: number): readonly LogRecord[];
  /** Leaves out what was handed out meanwhile and moves the positions behind the rest. */
  moveOn(records: readonly LogRecord[]): readonly LogRecord[];
  isBehind(): boolean;
}

function createReader(log: MemoryLog, topic: string, positions: number[]): Reader {
  let first = 0;

  return {
    peek(limit) {
      const found: LogRecord[] = [];
      for (let step = 0; step < positions.length && found.length < limit; step += 1) {
        const partition = (first + step) % positions.length;
        const from = positions[partition] ?? 0;
        found.push(...log.records(topic, partition).slice(from, from + limit - found.length));
      }
      return found;
    },
    moveOn(records) {
      const fresh = records.filter((record) => record.offset >= (positions[record.partition] ?? 0));
      for (const { partition, offset } of fresh) positions[partition] = offset + 1;
      // Each call begins with another partition, so a busy one cannot keep the others waiting.
      first = (first + 1) % positions.length;
      return fresh;
    },
    isBehind: () => positions.some((position, partition) => position < log.records(topic, partition).length),
  };
}

const consumerClosed = (topic: string, group: string): Error =>
  refusal({
    code: 'CONSUMER_CLOSED',
    what: 'a consumer was polled after it was closed',
    got: `${group} on ${topic}`,
    expected: 'an open consumer',
    fix: 'open a new one',
  });
