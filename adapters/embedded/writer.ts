/**
 * Writes, in order, in as few transactions as the moment allows: whatever is asked for before the event loop turns is
 * one transaction, and so one sync. Nobody waits longer for it, and fifty callers at once share one disk flush.
 * W1. A write is all or nothing, and its promise settles only after the transaction's COMMIT.
 * W2. One write's failure undoes that write only: the others of its transaction are run again, each alone.
 *     So `work` touches nothing but the database, and may run twice.
 * W3. Only a transaction with a durable write in it syncs (`synchronous = FULL`); with NORMAL the WAL is not flushed:
 *     such a write survives the death of the process, not of the machine.
 */
import { type DatabaseSync } from 'node:sqlite';
import { storageError } from './storage-error.ts';

export interface Writer {
  durable<T>(work: () => T): Promise<T>;
  relaxed<T>(work: () => T): Promise<T>;
  /** Like `relaxed`, with the next transaction or `lazyDelayMs` later. */
  lazy(work: () => void): Promise<void>;
  /** Runs what is waiting now. */
  flush(): void;
}

export const lazyDelayMs = 20;

interface Job {
  readonly durable: boolean;
  /** Does the work and returns what to call after COMMIT. */
  readonly run: () => () => void;
  readonly reject: (reason: unknown) => void;
}

type Attempt =
  { readonly ok: true } | { readonly ok: false; readonly error: unknown; readonly duringWork: boolean };

/** `onSync` is called after each transaction that synced. */
export function createWriter(database: DatabaseSync, folder: string, onSync: () => void): Writer {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  let queue: Job[] = [];
  let scheduled = false;
  let lazyTimer: NodeJS.Timeout | undefined;
  let level: 'FULL' | 'NORMAL' = 'FULL';

  const add = <T>(durable: boolean, work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const run = (): (() => void) => {
        const value = work();
        return () => {
          resolve(value);
        };
      };
      queue.push({ durable, run, reject });
    });

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    // From inside a promise job, nextTick comes after every promise job that is ready: they all join in.
    process.nextTick(flush);
  };

  function flush(): void {
    scheduled = false;
    clearTimeout(lazyTimer);
    lazyTimer = undefined;
    const jobs = queue;
    queue = [];
    if (jobs.length === 0) return;
    const together = attempt(jobs);
    if (together.ok) return;
    if (jobs.length > 1 && together.duringWork) jobs.forEach(settleAlone);
    else for (const job of jobs) job.reject(storageError(folder, together.error));
  }

  function settleAlone(job: Job): void {
    const alone = attempt([job]);
    if (!alone.ok) job.reject(storageError(folder, alone.error));
  }

  function attempt(jobs: readonly Job[]): Attempt {
    const durable = jobs.some((job) => job.durable);
    const settles: (() => void)[] = [];
    let duringWork = false;
    try {
      setLevel(durable ? 'FULL' : 'NORMAL');
      begin.run();
      duringWork = true;
      for (const job of jobs) settles.push(job.run());
      duringWork = false;
      commit.run();
    } catch (error) {
      rollBack();
      return { ok: false, error, duringWork };
    }
    if (durable) onSync();
    for (const settle of settles) settle();
    return { ok: true };
  }

  function setLevel(wanted: 'FULL' | 'NORMAL'): void {
    if (level === wanted) return;
    // This pragma acts when it is compiled, so a prepared statement would do nothing the second time.
    database.exec(`PRAGMA synchronous = ${wanted}`);
    level = wanted;
  }

  function rollBack(): void {
    // SQLite has undone the transaction itself after some failures (full disk, I/O).
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
  }

  return {
    durable(work) {
      schedule();
      return add(true, work);
    },
    relaxed(work) {
      schedule();
      return add(false, work);
    },
    lazy(work) {
      lazyTimer ??= setTimeout(flush, lazyDelayMs);
      return add(false, work);
    },
    flush,
  };
}
