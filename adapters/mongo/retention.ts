/**
 * The end of a run's data.
 * T1. The tombstone is durable before anything is deleted, so a run that is half deleted is known to be ended.
 * T2. What was left behind by a crash in between, or by a late writer, goes before the tombstone goes.
 */
import { type Filter } from 'mongodb';
import { type BlobScope, type RunIndex } from '#core/ports.ts';
import { type RunId } from '#core/ids.ts';
import { blobRanges } from './blobs.ts';
import { durable } from './client.ts';
import { type Database, type RunDocument } from './database.ts';
import { runId, text } from './fields.ts';
import { historyRange } from './load.ts';

export function createRetention(database: Database): Pick<RunIndex, 'retire' | 'forget'> {
  const { runs, guarded } = database;
  const find = async (filter: Filter<RunDocument>, limit: number) =>
    limit < 1
      ? []
      : (
          await runs
            .find(filter, { sort: { retained: 1, endedAt: 1 }, limit, projection: { tenant: 1 } })
            .toArray()
        ).map((row) => ({ runId: runId(row, '_id'), tenant: text(row, 'tenant') }));
  const idsOf = (found: readonly Retired[]): Filter<RunDocument> => ({
    _id: { $in: found.map((one) => one.runId) },
  });

  return {
    retire: (before, limit) =>
      guarded(async () => {
        const ended: Filter<RunDocument> = { retained: 'whole', endedAt: { $lt: before } };
        const found = await find(ended, limit);
        if (found.length === 0) return [];
        const change = {
          $set: { status: 'tombstone' as const, retained: 'tombstone' as const },
          $unset: { labels: '' as const, error: '' as const },
        };
        await runs.updateMany({ ...ended, ...idsOf(found) }, change, durable);
        await bury(database, found);
        return found.map((one) => one.runId);
      }),
    forget: (before, limit) =>
      guarded(async () => {
        const tombstones: Filter<RunDocument> = { retained: 'tombstone', endedAt: { $lt: before } };
        const found = await find(tombstones, limit);
        if (found.length === 0) return 0;
        await bury(database, found);
        return (await runs.deleteMany({ ...tombstones, ...idsOf(found) }, durable)).deletedCount;
      }),
  };
}

type Retired = BlobScope & { readonly runId: RunId };

/** One request per collection, whatever the number of runs. */
async function bury(
  { commits, snapshots, invocations, blobs }: Database,
  runs: readonly Retired[],
): Promise<void> {
  const options = { ...durable, ordered: false };
  const blobRemovals = runs.flatMap(blobRanges).map((filter) => ({ deleteMany: { filter } }));
  await Promise.all([
    commits.bulkWrite(
      runs.map((run) => ({ deleteMany: { filter: historyRange(run.runId, 0) } })),
      options,
    ),
    snapshots.deleteMany({ _id: { $in: runs.map((run) => run.runId) } }, durable),
    // Ids are `<run id>:<step>:<attempt>`, and `;` follows `:`.
    invocations.bulkWrite(
      runs.map((run) => ({
        deleteMany: { filter: { _id: { $gt: `${run.runId}:`, $lt: `${run.runId};` } } },
      })),
      options,
    ),
    blobRemovals.length === 0 ? undefined : blobs.bulkWrite(blobRemovals, options),
  ]);
}
