/**
 * Folded runs kept in memory between invocations. A guess, which only an insert proves.
 * RC1. An entry is taken out while a batch works on it, and put back only after its commit was acknowledged:
 *      whatever goes wrong in between leaves no entry behind.
 * RC2. Ended runs are not kept.
 */
import { type RunId } from '#core/ids.ts';
import { type Entry } from './entry.ts';

export interface RunCache {
  take(runId: RunId): Entry | undefined;
  put(entries: Iterable<Entry>): void;
}

export function createRunCache(capacity: number): RunCache {
  const entries = new Map<RunId, Entry>();
  return {
    take(runId) {
      const entry = entries.get(runId);
      entries.delete(runId);
      return entry;
    },
    put(fresh) {
      for (const entry of fresh) {
        if (entry.run.status === 'finished') continue;
        const held = entries.get(entry.run.runId);
        // An overlapping invocation may have gone on with the same run; the newer guess is the better one.
        if (held !== undefined && held.run.version > entry.run.version) continue;
        entries.delete(entry.run.runId);
        entries.set(entry.run.runId, entry);
      }
      for (const oldest of entries.keys()) {
        if (entries.size <= capacity) break;
        entries.delete(oldest);
      }
    },
  };
}
