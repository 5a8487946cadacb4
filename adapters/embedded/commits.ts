/**
 * Commits and snapshots.
 * M1. A stored commit is never changed: (run, version) is unique, and the first insert wins.
 * M2. The same content again is `stored`: an acknowledgement that was lost is found again.
 */
import { commitDigest, loadedAbove, readStored } from '#core/commit.ts';
import { type RunId } from '#core/ids.ts';
import { type Commit, type CommitStore, type Snapshot, type StoredRun } from '#core/ports.ts';
import { number, stored } from './columns.ts';
import { type Database } from './database.ts';

export function createCommits(database: Database): CommitStore {
  const loadRun = createLoader(database);
  const insert = createInsert(database);
  const all = database.statement('SELECT body FROM commits WHERE run = ? ORDER BY version');
  const putSnapshot = database.statement(
    `INSERT INTO snapshots (run, version, published, body) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, published = excluded.published, body = excluded.body
     WHERE excluded.version > version`,
  );

  return {
    async insert(commits) {
      if (commits.length === 0) return [];
      const drafts = commits.map(draftOf);
      return database.writer.durable(() => drafts.map(insert));
    },
    async load(runIds) {
      return database.snapshot(() => {
        const found = new Map<RunId, StoredRun>();
        for (const runId of runIds) {
          const run = loadRun(runId);
          if (run !== undefined) found.set(runId, run);
        }
        return found;
      });
    },
    history: async (runId) => database.read(() => all.rows(runId).map((row) => stored<Commit>(row, 0))),
    async putSnapshots(snapshots) {
      if (snapshots.length === 0) return;
      // A snapshot only shortens loading: losing one to a power cut costs nothing, so none waits for the disk.
      await database.writer.relaxed(() => {
        for (const one of snapshots)
          putSnapshot.run(one.runId, one.version, one.published, JSON.stringify(one));
      });
    },
  };
}

/** A commit as it is stored. */
export interface CommitDraft {
  readonly runId: RunId;
  readonly version: number;
  readonly body: string;
}

export const draftOf = (commit: Commit): CommitDraft => ({
  runId: commit.runId,
  version: commit.version,
  body: JSON.stringify(commit),
});

/** For use within a transaction. */
export function createInsert(database: Database): (draft: CommitDraft) => 'stored' | 'conflict' {
  const insert = database.statement(
    'INSERT INTO commits (run, version, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const select = database.statement('SELECT body FROM commits WHERE run = ? AND version = ?');

  return ({ runId, version, body }) => {
    if (insert.run(runId, version, body) > 0) return 'stored';
    const there = select.row(runId, version)?.[0];
    return there === body || digestIn(there) === digestIn(body) ? 'stored' : 'conflict';
  };
}

/** Of a damaged commit there is none: it is another one's, and loading says what is wrong with it. */
function digestIn(text: unknown): string | undefined {
  const commit = readStored<Commit>(text);
  return commit && commitDigest(commit);
}

function createLoader(database: Database) {
  const status = database.statement('SELECT status FROM runs WHERE id = ?');
  const snapshotOf = database.statement('SELECT body FROM snapshots WHERE run = ?');
  const after = database.statement(
    'SELECT body, version FROM commits WHERE run = ? AND version > ? ORDER BY version',
  );

  return (runId: RunId): StoredRun | undefined => {
    const row = status.row(runId);
    const snapshotRow = snapshotOf.row(runId);
    const snapshot = snapshotRow && readStored<Snapshot>(snapshotRow[0]);
    const commitRows = after.rows(runId, snapshot === undefined ? 0 : loadedAbove(snapshot));
    if (row === undefined && snapshotRow === undefined && commitRows.length === 0) return undefined;
    const commits = commitRows.map((one) => readStored<Commit>(one[0]));
    const unread = commitRows.find((_, index) => commits[index] === undefined);
    const damaged =
      snapshotRow !== undefined && snapshot === undefined
        ? 'its snapshot'
        : unread && `commit ${number(unread, 1)}`;
    return {
      ...(snapshot === undefined ? {} : { snapshot }),
      commits: commits.flatMap((commit) => commit ?? []),
      ...(damaged === undefined ? {} : { damaged }),
      tombstone: row?.[0] === 'tombstone',
      quarantined: row?.[0] === 'quarantined',
    };
  };
}
