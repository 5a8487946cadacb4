/** A log consumer and time in memory, for tests of what feeds from a log. */
import { setImmediate } from 'node:timers/promises';
import { type Clock, type LogConsumer, type Logger, type LogRecord } from '#core/ports.ts';
import { type Timers } from './timers.ts';

export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Moves time on, running every timer on its way at its time, and lets what it started settle. */
  advance(ms: number): Promise<void>;
  /** Timers set and not yet run or taken back. */
  pending(): number;
}

export function virtualTime(start = 1_700_000_000_000): VirtualTime {
  let now = start;
  const set = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    clock: { now: () => now },
    timers: {
      after: (ms, run) => {
        const timer = { at: now + ms, run };
        set.add(timer);
        return () => set.delete(timer);
      },
      turn: () => setImmediate(),
    },
    pending: () => set.size,
    advance: async (ms) => {
      const end = now + ms;
      await settled();
      for (;;) {
        const due = [...set].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        set.delete(due);
        now = Math.max(now, due.at);
        due.run();
        await settled();
      }
      now = end;
      await settled();
    },
  };
}

/** Every promise that could settle has: nothing in these tests waits for anything but microtasks, turns and timers. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await setImmediate();
}

export interface MemoryConsumer extends LogConsumer {
  /** Appends to a partition; offsets follow each other. */
  push(partition: number, ...values: readonly (string | Uint8Array)[]): void;
  /** The same for one record, with a timestamp that the log did not give. */
  append(record: Pick<LogRecord, 'partition' | 'value' | 'timestamp'>): void;
  /** By partition, the next offset to read after a restart. */
  readonly committed: ReadonlyMap<number, number>;
  readonly closed: () => boolean;
  /** The next polls or commits fail with this. */
  failWith(error: Error | undefined): void;
  /** Commits from now on are answered once this is settled. */
  hangUntil(answering: Promise<void>): void;
}

export function memoryConsumer(topic: string, clock: Clock): MemoryConsumer {
  const waiting: LogRecord[] = [];
  const next = new Map<number, number>();
  const committed = new Map<number, number>();
  let closed = false;
  let failure: Error | undefined;
  let answering = Promise.resolve();
  let came = (): void => undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure;
  };
  const append = (record: Pick<LogRecord, 'partition' | 'value' | 'timestamp'>): void => {
    const offset = next.get(record.partition) ?? 0;
    next.set(record.partition, offset + 1);
    waiting.push({ ...record, topic, offset, key: null, headers: [] });
    came();
  };
  return {
    committed,
    closed: () => closed,
    failWith: (error) => (failure = error),
    hangUntil: (promise) => void (answering = promise),
    append,
    push: (partition, ...values) => {
      for (const value of values)
        append({
          partition,
          value: typeof value === 'string' ? Buffer.from(value) : value,
          timestamp: clock.now(),
        });
    },
    poll: async ({ maxRecords, signal }) => {
      check();
      if (waiting.length === 0 && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          came = resolve;
          signal?.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      check();
      return signal?.aborted === true ? [] : waiting.splice(0, maxRecords);
    },
    commit: async (positions) => {
      check();
      await answering;
      for (const { partition, nextOffset } of positions) committed.set(partition, nextOffset);
    },
    close: async () => {
      closed = true;
      came();
    },
  };
}

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that keeps its lines. */
export function keepingLogger(
  lines: LogLine[] = [],
  bound: LogLine['fields'] = {},
): Logger & { readonly lines: LogLine[] } {
  const write = (level: string) => (fields: LogLine['fields'], message: string) =>
    void lines.push({ level, fields: { ...bound, ...fields }, message });
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => keepingLogger(lines, { ...bound, ...fields }),
  };
}
