/** Records read and not yet handed out, bounded: who fills it waits for room, who empties it waits for records. */
import { type LogRecord } from '#core/ports.ts';

export interface ReadAhead {
  add(records: readonly LogRecord[]): void;
  take(limit: number): readonly LogRecord[];
  isFull(): boolean;
  /** Hands out nothing until more comes, or all is cleared. */
  hold(): void;
  clear(): void;
  /** Ends every wait, now or a moment later when more of the same answer has come. */
  wake(): void;
  /** Until there are records, something happened (`wake`), the time is over or `signal` aborted. */
  forRecords(ms: number, signal: AbortSignal | undefined): Promise<void>;
  forRoom(ms: number): Promise<void>;
}

const fullRecords = 5_000;
const fullBytes = 16 * 1024 * 1024;

export function createReadAhead(): ReadAhead {
  let held: LogRecord[] = [];
  let bytes = 0;
  let isHeld = false;
  let waking = false;
  const readers = new Set<() => void>();
  const writers = new Set<() => void>();
  const release = (waiting: Set<() => void>): void => {
    for (const end of [...waiting]) end();
  };

  return {
    add(records) {
      if (records.length === 0) return;
      for (const record of records) bytes += bytesOf(record);
      held.push(...records);
      isHeld = false;
      if (waking) return;
      // An answer of the broker holds several partitions, which come one after another in this very turn.
      waking = true;
      setImmediate(() => {
        waking = false;
        release(readers);
      });
    },
    take(limit) {
      if (isHeld) return [];
      const taken = held.slice(0, limit);
      held = held.slice(limit);
      for (const record of taken) bytes -= bytesOf(record);
      release(writers);
      return taken;
    },
    isFull: () => held.length >= fullRecords || bytes >= fullBytes,
    hold() {
      isHeld = true;
    },
    clear() {
      isHeld = false;
      held = [];
      bytes = 0;
      release(writers);
    },
    wake() {
      release(readers);
      release(writers);
    },
    forRecords: (ms, signal) => wait(readers, ms, signal),
    forRoom: (ms) => wait(writers, ms, undefined),
  };
}

const bytesOf = ({ key, value }: LogRecord): number => (key?.length ?? 0) + (value?.length ?? 0) + 64;

function wait(waiting: Set<() => void>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      waiting.delete(end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
    waiting.add(end);
  });
}
