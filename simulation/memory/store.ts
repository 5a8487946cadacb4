/**
 * The state side in memory: the same methods as the ports, each done at once, so that a simulator applies every call
 * at a moment it chooses. Nothing is copied: what is stored is immutable data, and whoever stores it leaves it alone.
 */
import { type RunId } from '#core/ids.ts';
import { type RunRow, type Store } from '#core/ports.ts';
import { type Synchronous } from './around.ts';
import { createMemoryBlobs } from './blobs.ts';
import { createMemoryCommits } from './commits.ts';
import { createMemoryDefinitions } from './definitions.ts';
import { createMemoryInbox, type MemoryInbox } from './inbox.ts';
import { createMemoryInvocations } from './invocations.ts';
import { createMemoryRunIndex } from './run-index.ts';

export type MemoryStore = { readonly [Port in keyof Store]: Synchronous<Store[Port]> } & {
  readonly inbox: MemoryInbox;
};

export function createMemoryStore(): MemoryStore {
  const rows = new Map<RunId, RunRow>();
  const commits = createMemoryCommits(rows);
  const blobs = createMemoryBlobs();
  const invocations = createMemoryInvocations();
  return {
    commits,
    runs: createMemoryRunIndex(rows, (row) => {
      commits.remove(row.runId);
      invocations.removeRun(row.runId);
      blobs.removeRun(row);
    }),
    definitions: createMemoryDefinitions(),
    inbox: createMemoryInbox(),
    blobs,
    invocations,
  };
}
