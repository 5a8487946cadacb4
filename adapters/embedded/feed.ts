/**
 * Tells readers of the log that there may be something new.
 * N1. An append in this process wakes the readers of its topic at once, and hands them its records.
 * N2. Appends of other processes are noticed within `lookEveryMs`, and only while somebody waits: nobody waiting, no
 *     timer, no CPU.
 */
import { type LogRecord } from '#core/ports.ts';
import { longestTimerMs } from '../timers.ts';
import { type Database } from './database.ts';

/** What a reader wants to be told about. */
export interface Watcher {
  readonly topic: string;
  /** These records of its topic are new. Absent: any partition may have grown. */
  grown(records?: readonly LogRecord[]): void;
}

export interface Feed {
  watch(watcher: Watcher): () => void;
  /** Records that were appended here, each partition's in order. */
  announce(records: readonly LogRecord[]): void;
  /** Looks for other processes' appends, unless that was done less than `lookEveryMs` ago. */
  look(): void;
  /** Resolves at the next news for this watcher, after `maxWaitMs`, or when `signal` aborts or the feed closes. */
  wait(watcher: Watcher, maxWaitMs: number, signal: AbortSignal | undefined): Promise<void>;
  closed(): boolean;
  close(): void;
}

const lookEveryMs = 20;

export function createFeed(database: Database): Feed {
  const watchers = new Set<Watcher>();
  const sleepers = new Map<Watcher, () => void>();
  let version = database.foreignVersion();
  let lookedAt = performance.now();
  let looking: NodeJS.Timeout | undefined;
  let closed = false;

  function tell(watcher: Watcher, records?: readonly LogRecord[]): void {
    watcher.grown(records);
    sleepers.get(watcher)?.();
  }

  function lookNow(): void {
    lookedAt = performance.now();
    const found = database.foreignVersion();
    if (found === version) return;
    version = found;
    for (const watcher of watchers) tell(watcher);
  }

  function lookFromTimer(): void {
    try {
      lookNow();
    } catch {
      // The database is failing: the woken readers meet the same error and throw it to their callers.
      for (const wake of [...sleepers.values()]) wake();
    }
  }

  function wait(watcher: Watcher, maxWaitMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (closed || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        sleepers.delete(watcher);
        if (sleepers.size === 0) {
          clearInterval(looking);
          looking = undefined;
        }
        resolve();
      };
      const timer = setTimeout(wake, Math.min(maxWaitMs, longestTimerMs));
      signal?.addEventListener('abort', wake);
      sleepers.set(watcher, wake);
      looking ??= setInterval(lookFromTimer, lookEveryMs);
    });
  }

  return {
    watch(watcher) {
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        sleepers.get(watcher)?.();
      };
    },
    announce(records) {
      for (const watcher of watchers) {
        const fresh = records.filter(({ topic }) => topic === watcher.topic);
        if (fresh.length > 0) tell(watcher, fresh);
      }
    },
    look() {
      if (performance.now() - lookedAt >= lookEveryMs) lookNow();
    },
    wait,
    closed: () => closed,
    close() {
      closed = true;
      for (const wake of [...sleepers.values()]) wake();
    },
  };
}
