/**
 * The writes of the engine to rows, as conditional updates: all of one call are one request, made in order.
 * R1. A row that has ended takes no write but `end`, and a quarantined one none but `release` and `end`.
 * R2. Only live rows have `wakeAt` and `wakeSentAt` (`run-timers.ts` builds on it).
 */
import { type AnyBulkWriteOperation } from 'mongodb';
import { assertNever } from '#core/assert-never.ts';
import { type RunWrite } from '#core/ports.ts';
import { type Database, type RunDocument, notSent } from './database.ts';
import { writeInOrder } from './ordered-writes.ts';
import { toDocument } from './run-row.ts';

type Update = AnyBulkWriteOperation<RunDocument>;

export const writeRuns = ({ runs }: Database, writes: readonly RunWrite[]): Promise<void> =>
  writeInOrder(runs, writes.flatMap(updatesOf));

const live = { status: 'running' } as const;

function updatesOf(write: RunWrite): readonly Update[] {
  switch (write.type) {
    case 'begin':
      return begin(write.row);
    case 'arm':
      return update(write.runId, live, {
        $min: { wakeAt: write.wakeAt },
        $max: { armedBy: write.version },
        $set: { wakeSentAt: notSent },
      });
    case 'rearm':
      return rearm(write);
    case 'end': {
      const { wakeAt: _wakeAt, wakeSentAt: _wakeSentAt, ...row } = write.row;
      const { _id, ...replacement } = toDocument(row);
      return [{ replaceOne: { filter: { _id }, replacement, upsert: true } }];
    }
    case 'postpone':
      return update(
        write.runId,
        { ...live, armedBy: { $lt: 2 } },
        { $set: { wakeAt: write.wakeAt, wakeSentAt: notSent } },
      );
    case 'quarantine':
      return update(
        write.runId,
        { status: { $in: ['running', 'quarantined'] } },
        {
          $set: { status: 'quarantined', error: JSON.stringify(write.error) },
          $unset: { wakeAt: '', wakeSentAt: '' },
        },
      );
    case 'release':
      return update(
        write.runId,
        { status: 'quarantined' },
        { $set: { status: 'running', wakeAt: write.wakeAt, wakeSentAt: notSent }, $unset: { error: '' } },
      );
    default:
      return assertNever(write);
  }
}

type UpdateOne = Extract<Update, { readonly updateOne: unknown }>['updateOne'];

const update = (
  runId: string,
  where: Omit<UpdateOne['filter'], '_id'>,
  change: UpdateOne['update'],
): readonly Update[] => [{ updateOne: { filter: { ...where, _id: runId }, update: change } }];

/** Inserts the row; the second update is for one that was there, and finds nothing to change in a new one. */
function begin(row: Extract<RunWrite, { type: 'begin' }>['row']): readonly Update[] {
  const { _id, ...inserted } = toDocument({ ...row, ...live, version: 0, armedBy: 0, wakeSentAt: notSent });
  const insert: Update = { updateOne: { filter: { _id }, update: { $setOnInsert: inserted }, upsert: true } };
  if (row.wakeAt === undefined) return [insert];
  return [insert, ...update(_id, live, { $min: { wakeAt: row.wakeAt } })];
}

const rearm = ({ runId, wakeAt, version }: Extract<RunWrite, { type: 'rearm' }>): readonly Update[] =>
  update(
    runId,
    { ...live, armedBy: { $lt: version } },
    wakeAt === undefined
      ? { $set: { armedBy: version, wakeSentAt: notSent }, $unset: { wakeAt: '' } }
      : { $set: { armedBy: version, wakeSentAt: notSent, wakeAt } },
  );
