/**
 * Commits and snapshots.
 * M1. A stored commit is never changed: `_id` is (run, version), and the first insert wins.
 * M2. The same content again is `stored`: an acknowledgement that was lost is found again.
 * M3. An insert answers `stored` only for what a majority has in its journal.
 */
import { commitDigest, readStored } from '#core/commit.ts';
import { commitId } from '#core/ids.ts';
import { type Commit, type CommitStore } from '#core/ports.ts';
import { durable, relaxed } from './client.ts';
import { type Database } from './database.ts';
import { stored, text } from './fields.ts';
import { inTurns } from './in-turns.ts';
import { createLoad, historyRange } from './load.ts';
import { duplicatesOf, wasNeverSent } from './store-error.ts';

export function createCommits(database: Database): CommitStore {
  const { commits, snapshots, guarded } = database;
  const load = createLoad(database);
  const insert = inTurns<Sent, Answer>({
    write: (sent) => insertAll(database, sent),
    sizeOf: ({ body }) => body.length,
    isNeverSent: wasNeverSent,
  });

  return {
    insert: (given) => guarded(async () => (given.length === 0 ? [] : insert(given.map(sentOf)))),
    load: (runIds) => guarded(async () => load(runIds)),
    history: (runId) =>
      guarded(async () => {
        const found = commits.find(historyRange(runId, 0), { sort: { _id: 1 } });
        return (await found.toArray()).map((one) => stored<Commit>(one, 'body'));
      }),
    putSnapshots: (given) =>
      guarded(async () => {
        const fitting = given
          .map((one) => ({ ...one, body: JSON.stringify(one) }))
          // One that no document holds would be refused for ever; without it, loading reads the commits instead.
          .filter(({ body }) => Buffer.byteLength(body) <= largestBody);
        if (fitting.length === 0) return;
        // A later one there already: the filter finds nothing, and inserting meets its key. That is as it should be.
        await ignoringDuplicates(() =>
          snapshots.bulkWrite(
            fitting.map(({ runId, version, published, body }) => ({
              updateOne: {
                filter: { _id: runId, version: { $lt: version } },
                update: { $set: { version, published, body } },
                upsert: true,
              },
            })),
            { ...relaxed, ordered: false },
          ),
        );
      }),
  };
}

/** A document has 16 MiB at most, its other fields included. */
const largestBody = 15 * 1024 * 1024;

async function ignoringDuplicates(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (duplicatesOf(error) === undefined) throw error;
  }
}

type Answer = 'stored' | 'conflict';
interface Sent {
  readonly _id: string;
  readonly body: string;
  readonly commit: Commit;
}

const sentOf = (commit: Commit): Sent => ({
  _id: commitId(commit.runId, commit.version),
  body: JSON.stringify(commit),
  commit,
});

async function insertAll(database: Database, sent: readonly Sent[]): Promise<readonly Answer[]> {
  let unsure: readonly number[];
  let problem: unknown;
  try {
    await database.commits.insertMany(
      sent.map(({ _id, body }) => ({ _id, body })),
      { ...durable, ordered: false },
    );
    return sent.map(() => 'stored');
  } catch (error) {
    if (wasNeverSent(error)) throw error;
    problem = error;
    unsure = duplicatesOf(error) ?? sent.map((_, index) => index);
  }
  const there = await readBack(
    database,
    unsure.flatMap((index) => sent[index]?._id ?? []),
  );
  const doubtful = new Set(unsure);
  return sent.map((one, index) => {
    if (!doubtful.has(index)) return 'stored';
    const body = there.get(one._id);
    // Not there, or not yet: the request may still be on its way, so nobody knows.
    if (body === undefined) throw problem;
    if (body === one.body) return 'stored';
    // A damaged commit is another one's; loading says what is wrong with it.
    const other = readStored<Commit>(body);
    return other !== undefined && commitDigest(other) === commitDigest(one.commit) ? 'stored' : 'conflict';
  });
}

/** With read concern majority: what is found stays, whatever happens to the primary. */
async function readBack({ commits }: Database, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await commits.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray();
  return new Map(found.map((one) => [one._id, text(one, 'body')]));
}
