/**
 * Loading runs: row, snapshot and first commits of all of them in three requests side by side, and a fourth one only
 * for runs with a snapshot or a long history.
 * L1. A run being retired is its tombstone. It is marked before its commits are deleted, so the row of an ended run, or
 *     of one with a gap in what was read, is read once more after its commits.
 * L2. Commits are read no earlier than the snapshot they go with: none between the two is missed.
 */
import { type Filter } from 'mongodb';
import { loadedAbove, readStored } from '#core/commit.ts';
import { type RunId, commitId } from '#core/ids.ts';
import { type Commit, type CommitStore, type Snapshot, type StoredRun } from '#core/ports.ts';
import { type CommitDocument, type Database } from './database.ts';
import { text } from './fields.ts';

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
      const found = snapshots.get(id) ?? 'damaged';
      return found === 'damaged' ? 0 : loadedAbove(found);
    };
    const longer = ids.filter((id) => snapshots.has(id) || first.get(id)?.commits.length === firstVersions);
    const later = await readCommits(
      database,
      longer.map((id) => historyRange(id, floorOf(id))),
    );
    const readOf = (id: RunId): ReadCommits =>
      (later.has(id) || snapshots.has(id) ? later : first).get(id) ?? { commits: [] };

    const doubtful = ids.filter((id) => isDoubtful(statuses.get(id), floorOf(id), readOf(id).commits));
    const again = doubtful.length === 0 ? statuses : await readStatuses(database, doubtful);
    const found = new Map<RunId, StoredRun>();
    for (const id of ids) {
      const status = again.get(id) ?? statuses.get(id);
      const run = assemble(status, snapshots.get(id), readOf(id));
      if (run !== undefined) found.set(id, run);
    }
    return found;
  };
}

function assemble(
  status: string | undefined,
  snapshot: Snapshot | 'damaged' | undefined,
  read: ReadCommits,
): StoredRun | undefined {
  if (status === 'tombstone') return { commits: [], tombstone: true, quarantined: false };
  const { commits } = read;
  const damaged = snapshot === 'damaged' ? 'its snapshot' : read.damaged;
  if (status === undefined && snapshot === undefined && commits.length === 0 && damaged === undefined)
    return undefined;
  return {
    ...(snapshot === undefined || snapshot === 'damaged' ? {} : { snapshot }),
    commits,
    ...(damaged === undefined ? {} : { damaged }),
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
): Promise<ById<Snapshot | 'damaged'>> {
  const found = snapshots.find({ _id: { $in: ids } }, { sort: { _id: 1 }, batchSize });
  return new Map(
    (await found.toArray()).map(({ _id, body }) => [_id, readStored<Snapshot>(body) ?? 'damaged']),
  );
}

interface ReadCommits {
  readonly commits: readonly Commit[];
  /** As in `StoredRun`. */
  readonly damaged?: string;
}

async function readCommits(
  { commits }: Database,
  ranges: readonly Filter<CommitDocument>[],
): Promise<ById<ReadCommits>> {
  const byRun = new Map<string, { readonly commits: Commit[]; damaged?: string }>();
  if (ranges.length === 0) return byRun;
  const found = commits.find({ $or: [...ranges] }, { sort: { _id: 1 }, batchSize });
  for (const { _id, body } of await found.toArray()) {
    const [runId = '', version] = _id.split(':');
    const there = byRun.get(runId) ?? { commits: [] };
    byRun.set(runId, there);
    const commit = readStored<Commit>(body);
    if (commit === undefined) there.damaged ??= `commit ${Number(version)}`;
    else there.commits.push(commit);
  }
  return byRun;
}
