/**
 * The end of a run's data.
 * T1. The tombstone and the deletion of commits, snapshot and invocations are one transaction; live runs are not touched.
 * T2. Blobs are files and go afterwards. Should the process die in between, they go when the tombstone goes.
 */
import { type RunId } from '#core/ids.ts';
import { type Row, number, text } from './columns.ts';
import { type BlobFiles } from './blobs.ts';
import { type Database, limit } from './database.ts';
import { runId } from './run-row.ts';

export interface Retention {
  retire(before: number, limit: number): Promise<readonly RunId[]>;
  forget(before: number, limit: number): Promise<number>;
}

interface RetiredRun {
  readonly key: number;
  readonly runId: RunId;
  readonly tenant: string;
}

export function createRetention(database: Database, blobs: BlobFiles): Retention {
  const ended = database.statement(`SELECT rowid, id, tenant FROM runs
    WHERE ended_at < ? AND ended_at IS NOT NULL AND status <> 'tombstone' ORDER BY ended_at ${limit}`);
  const tombstones = database.statement(`SELECT rowid, id, tenant FROM runs
    WHERE ended_at < ? AND status = 'tombstone' ORDER BY ended_at ${limit}`);
  const remove = database.statement('DELETE FROM runs WHERE rowid = ?');
  const bury = createBury(database);
  const deleteBlobs = async (runs: readonly RetiredRun[]): Promise<void> => {
    for (const run of runs) await blobs.removeRun(run);
  };

  return {
    async retire(before, limit) {
      if (database.read(() => ended.row(before, 1)) === undefined) return [];
      const runs = await database.writer.durable(() => {
        const found = ended.rows(before, limit).map(toRetired);
        found.forEach(bury);
        return found;
      });
      await deleteBlobs(runs);
      return runs.map((run) => run.runId);
    },
    async forget(before, limit) {
      const runs = database.read(() => tombstones.rows(before, limit).map(toRetired));
      if (runs.length === 0) return 0;
      await deleteBlobs(runs);
      return database.writer.durable(() => runs.reduce((count, run) => count + remove.run(run.key), 0));
    },
  };
}

function createBury(database: Database): (run: RetiredRun) => void {
  const mark = database.statement(
    "UPDATE runs SET status = 'tombstone', labels = NULL, error = NULL WHERE rowid = ?",
  );
  const commits = database.statement('DELETE FROM commits WHERE run = ?');
  const snapshot = database.statement('DELETE FROM snapshots WHERE run = ?');
  // Ids are `<run id>:<step>:<attempt>`, and `;` follows `:`.
  const invocations = database.statement("DELETE FROM invocations WHERE id > ?1 || ':' AND id < ?1 || ';'");
  return (run) => {
    mark.run(run.key);
    commits.run(run.runId);
    snapshot.run(run.runId);
    invocations.run(run.runId);
  };
}

const toRetired = (row: Row): RetiredRun => ({
  key: number(row, 0),
  runId: runId(row, 1),
  tenant: text(row, 2),
});
