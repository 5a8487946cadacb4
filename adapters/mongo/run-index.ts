/** The run index: read model, timers and retention. */
import { type Filter } from 'mongodb';
import { type RunIndex } from '#core/ports.ts';
import { type Database, type RunDocument } from './database.ts';
import { createRetention } from './retention.ts';
import { toRunRow } from './run-row.ts';
import { createTimers } from './run-timers.ts';
import { writeRuns } from './run-writes.ts';

export function createRunIndex(database: Database): RunIndex {
  const { runs, guarded } = database;
  return {
    ...createTimers(database),
    ...createRetention(database),
    write: (writes) => guarded(() => writeRuns(database, writes)),
    get: (runId) =>
      guarded(async () => {
        const row = await runs.findOne({ _id: runId });
        return row === null ? undefined : toRunRow(row);
      }),
    list: (filter) =>
      guarded(async () => {
        // To the driver a limit of 0 means none.
        if (filter.limit < 1) return [];
        const found = runs.find(listFilter(filter), { sort: newestFirst, limit: filter.limit });
        return (await found.toArray()).map(toRunRow);
      }),
  };
}

export const newestFirst = { startedAt: -1, _id: -1 } as const;

export const listFilter = ({
  status,
  workflow,
  idPrefix = '',
}: Omit<Parameters<RunIndex['list']>[0], 'limit'>): Filter<RunDocument> => ({
  ...(status !== undefined && { status }),
  ...(workflow !== undefined && { workflow }),
  // A range and not a pattern: the prefix is text of a user. Ids are ASCII, and `~` follows all they are made of.
  ...(idPrefix !== '' && { _id: { $gte: idPrefix, $lt: `${idPrefix}~` } }),
});
