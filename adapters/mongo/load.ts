/**
 * Loading runs: row, snapshot and first commits of all of them in three requests side by side, and a fourth one only
 * for runs with a snapshot or a long history.
 * L1. A run being retired is its tombstone. It is marked before its commits are deleted, so the row of an ended run, or
 *     of one with a gap in what was read, is read once more after its commits.
 * L2. Commits are read no earlier than the snapshot they go with: none between the two is missed.
 */
import { type Filter } from 'mongodb';
import { type RunId, commitId } from '#core/ids.ts';
import { type Commit, type CommitStore, type Snapshot, type StoredRun } from '#core/ports.ts';
import { type CommitDocument, type Database, type SnapshotDocument } from './database.ts';
import { number, stored, text } from './fields.ts';

/** Read at first, before anything is known of a run. A snapshot is put at about this length. */
const firstVersions = 64;
/** More documents than this come in several answers. */
const batchSize = 1_000;

/** The commits of a run above version `floor`, up to `last`. */
export const historyRange = (runId: RunId, floor: number, last?: number): Filter<CommitDocument> => ({
  _id: {
    $gt: commitId(runId, floor),
    ...(last === undefined ? { $lt: `${runId};` } : { $lte: commitId(runId, last) }),
  },
});

export function createLoad(database: Database): CommitStore['load'] {
  return async (runIds) => {
    const ids = [...new Set(runIds)];
    if (ids.length === 0) return new Map();
    const [statuses, snapshots, first] = await Promise.all([
      readStatuses(database, ids),
      readSnapshots(database, ids),
      readCommits(
        database,
        ids.map((id) => historyRange(id, 0, firstVersions)),
      ),
    ]);
    const floorOf = (id: RunId): number => {
      const found = snapshots.get(id);
      return found === undefined ? 0 : Math.min(number(found, 'version'), number(found, 'published'));
    };
    const longer = ids.filter((id) => snapshots.has(id) || first.get(id)?.length === firstVersions);
    const later = await readCommits(
      database,
      longer.map((id) => historyRange(id, floorOf(id))),
    );
    const commitsOf = (id: RunId) => (later.has(id) || snapshots.has(id) ? later : first).get(id) ?? [];

    const doubtful = ids.filter((id) => isDoubtful(statuses.get(id), floorOf(id), commitsOf(id)));
    const again = doubtful.length === 0 ? statuses : await readStatuses(database, doubtful);
    const found = new Map<RunId, StoredRun>();
    for (const id of ids) {
      const status = again.get(id) ?? statuses.get(id);
      const run = assemble(status, snapshots.get(id), commitsOf(id));
      if (run !== undefined) found.set(id, run);
    }
    return found;
  };
}

function assemble(
  status: string | undefined,
  snapshot: SnapshotDocument | undefined,
  commits: readonly Commit[],
): StoredRun | undefined {
  if (status === 'tombstone') return { commits: [], tombstone: true, quarantined: false };
  if (status === undefined && snapshot === undefined && commits.length === 0) return undefined;
  return {
    ...(snapshot === undefined ? {} : { snapshot: stored<Snapshot>(snapshot, 'body') }),
    commits,
    tombstone: false,
    quarantined: status === 'quarantined',
  };
}

/** L1. In whatever order commits are deleted: an ended run may be in the middle of it, however whole it looks. */
const isDoubtful = (status: string | undefined, floor: number, commits: readonly Commit[]): boolean =>
  status === 'completed' ||
  status === 'failed' ||
  status === 'cancelled' ||
  (status !== 'tombstone' && commits.some((commit, index) => commit.version !== floor + 1 + index));

type ById<T> = ReadonlyMap<string, T>;

async function readStatuses({ runs }: Database, ids: readonly RunId[]): Promise<ById<string>> {
  const found = runs.find({ _id: { $in: ids } }, { projection: { status: 1 }, sort: { _id: 1 }, batchSize });
  return new Map((await found.toArray()).map((row) => [row._id, text(row, 'status')]));
}

async function readSnapshots(
  { snapshots }: Database,
  ids: readonly RunId[],
): Promise<ById<SnapshotDocument>> {
  const found = snapshots.find({ _id: { $in: ids } }, { sort: { _id: 1 }, batchSize });
  return new Map((await found.toArray()).map((one) => [one._id, one]));
}

async function readCommits(
  { commits }: Database,
  ranges: readonly Filter<CommitDocument>[],
): Promise<ById<readonly Commit[]>> {
  const byRun = new Map<string, Commit[]>();
  if (ranges.length === 0) return byRun;
  const found = commits.find({ $or: [...ranges] }, { sort: { _id: 1 }, batchSize });
  for (const one of await found.toArray()) {
    const commit = stored<Commit>(one, 'body');
    const there = byRun.get(commit.runId);
    if (there === undefined) byRun.set(commit.runId, [commit]);
    else there.push(commit);
  }
  return byRun;
}
