/**
 * Joint writes where log and store are one file: everything of one call is one transaction, and so one sync. It is
 * there whole or not at all, whenever the machine stops.
 */
import { type FinishedCall, type JointWrites, type StoredTurn } from '#core/joint-writes.ts';
import { createInsert, draftOf } from './commits.ts';
import { type Database } from './database.ts';
import { createFinish } from './invocations.ts';
import { type EmbeddedLog } from './log.ts';
import { createRowWrite } from './run-index.ts';

export function createJointWrites(database: Database, log: EmbeddedLog): JointWrites {
  return {
    storeAndSend: createStoreAndSend(database, log),
    finishAndSend: createFinishAndSend(database, log),
  };
}

function createStoreAndSend(database: Database, log: EmbeddedLog): JointWrites['storeAndSend'] {
  const insert = createInsert(database);
  const writeRow = createRowWrite(database);

  return async (turns) => {
    if (!turns.some(writesAnything)) return turns.map(() => 'stored');
    const ready = turns.map((turn) => ({
      ...turn,
      draft: turn.commit === undefined ? undefined : draftOf(turn.commit),
      sending: log.send(turn.records),
    }));
    const outcomes = await database.writer.durable(() =>
      ready.map(({ before, draft, sending, after }) => {
        if (before !== undefined) writeRow(before);
        if (draft !== undefined && insert(draft) === 'conflict') return 'conflict';
        sending.append();
        after.forEach(writeRow);
        return 'stored';
      }),
    );
    ready.forEach(({ sending }, index) => {
      if (outcomes[index] === 'stored') sending.announce();
    });
    return outcomes;
  };
}

const writesAnything = ({ before, commit, records, after }: StoredTurn): boolean =>
  before !== undefined || commit !== undefined || records.length > 0 || after.length > 0;

function createFinishAndSend(database: Database, log: EmbeddedLog): JointWrites['finishAndSend'] {
  const finish = createFinish(database);

  return async (calls, recorded) => {
    if (!calls.some(saysAnything)) return calls.map(() => true);
    const ready = calls.map((call) => ({
      ...call,
      sending: log.send(call.response === undefined ? [] : [call.response]),
    }));
    const counts = await database.writer.durable(() =>
      ready.map(({ finish: result, sending }) => {
        if (result !== undefined && !finish(result)) return false;
        sending.append();
        return true;
      }),
    );
    ready.forEach(({ finish: result, sending }, index) => {
      if (counts[index] !== true) return;
      if (result !== undefined) recorded(result.id);
      sending.announce();
    });
    return counts;
  };
}

const saysAnything = ({ finish, response }: FinishedCall): boolean =>
  finish !== undefined || response !== undefined;
