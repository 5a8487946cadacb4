/**
 * Commits and snapshots in memory.
 * M1. A stored commit is never changed: (run, version) is unique, and the first insert wins.
 * M2. The same content again is `stored`: an acknowledgement that was lost is found again.
 * Commits are immutable data, so the very objects are kept and given out.
 */
import { commitDigest, loadedAbove } from '#core/commit.ts';
import { type RunId } from '#core/ids.ts';
import { type Commit, type CommitStore, type RunRow, type Snapshot, type StoredRun } from '#core/ports.ts';
import { type Synchronous } from './around.ts';

export interface MemoryCommits extends Synchronous<CommitStore> {
  /** The end of a run's data: its commits and its snapshot go. */
  remove(runId: RunId): void;
}

/** Version v is at v - 1; a place is empty while a later version came first. */
type History = (Commit | undefined)[];

/** `rows` is the run index: loading tells from it whether a run is quarantined or only a tombstone. */
export function createMemoryCommits(rows: ReadonlyMap<RunId, RunRow>): MemoryCommits {
  const histories = new Map<RunId, History>();
  const snapshots = new Map<RunId, Snapshot>();

  const load = (runId: RunId): StoredRun | undefined => {
    const row = rows.get(runId);
    const snapshot = snapshots.get(runId);
    const history = histories.get(runId);
    if (row === undefined && snapshot === undefined && history === undefined) return undefined;
    const floor = snapshot === undefined ? 0 : loadedAbove(snapshot);
    return {
      ...(snapshot === undefined ? {} : { snapshot }),
      commits: from(history, floor),
      tombstone: row?.status === 'tombstone',
      quarantined: row?.status === 'quarantined',
    };
  };

  return {
    insert: (commits) => commits.map((commit) => insert(histories, commit)),
    load(runIds) {
      const found = new Map<RunId, StoredRun>();
      for (const runId of runIds) {
        const run = load(runId);
        if (run !== undefined) found.set(runId, run);
      }
      return found;
    },
    history: (runId) => from(histories.get(runId), 0),
    putSnapshots(given) {
      for (const one of given) {
        const there = snapshots.get(one.runId);
        if (there === undefined || one.version > there.version) snapshots.set(one.runId, one);
      }
    },
    remove(runId) {
      histories.delete(runId);
      snapshots.delete(runId);
    },
  };
}

function insert(histories: Map<RunId, History>, commit: Commit): 'stored' | 'conflict' {
  const { runId, version } = commit;
  const history = histories.get(runId);
  if (history === undefined) {
    const begun: History = [];
    begun[version - 1] = commit;
    histories.set(runId, begun);
    return 'stored';
  }
  const there = history[version - 1];
  if (there === undefined) {
    history[version - 1] = commit;
    return 'stored';
  }
  // Digests cost a hash of both, and a repeated insert mostly brings the very object.
  return there === commit || commitDigest(there) === commitDigest(commit) ? 'stored' : 'conflict';
}

/** The commits above version `floor`, ascending. */
const from = (history: History | undefined, floor: number): readonly Commit[] =>
  history === undefined
    ? []
    : history.slice(floor).filter((commit): commit is Commit => commit !== undefined);
