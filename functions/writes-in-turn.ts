/** Joint writes over a log and a store that are separate things: one call after the other, each durable before the next. */
import { type FinishedCall, type JointWrites } from '#core/joint-writes.ts';
import { type InvocationStore } from '#core/invocation-store.ts';
import {
  type Commit,
  type LogProducer,
  type OutgoingRecord,
  type RunWrite,
  type Store,
} from '#core/ports.ts';

export const storeThenSend =
  (log: LogProducer, { commits, runs }: Pick<Store, 'commits' | 'runs'>): JointWrites['storeAndSend'] =>
  async (turns) => {
    const before: RunWrite[] = [];
    const drafts: Commit[] = [];
    for (const turn of turns) {
      if (turn.before !== undefined) before.push(turn.before);
      if (turn.commit !== undefined) drafts.push(turn.commit);
    }
    if (before.length > 0) await runs.write(before);
    const inserted = drafts.length === 0 ? [] : await commits.insert(drafts);
    const records: OutgoingRecord[] = [];
    const after: RunWrite[] = [];
    let next = 0;
    const outcomes = turns.map((turn) => {
      if (turn.commit !== undefined && inserted[next++] !== 'stored') return 'conflict';
      records.push(...turn.records);
      after.push(...turn.after);
      return 'stored';
    });
    if (records.length > 0) await log.publish(records);
    if (after.length > 0) await runs.write(after);
    return outcomes;
  };

export const finishThenSend =
  (log: LogProducer, invocations: Pick<InvocationStore, 'finish'>): JointWrites['finishAndSend'] =>
  async (calls, recorded) => {
    const owned: NonNullable<FinishedCall['finish']>[] = [];
    for (const { finish } of calls) if (finish !== undefined) owned.push(finish);
    const kept = owned.length === 0 ? [] : await invocations.finish(owned);
    owned.forEach(({ id }, index) => {
      if (kept[index] === true) recorded(id);
    });
    const responses: OutgoingRecord[] = [];
    let next = 0;
    const counts = calls.map(({ finish, response }) => {
      const counted = finish === undefined || kept[next++] === true;
      if (counted && response !== undefined) responses.push(response);
      return counted;
    });
    if (responses.length > 0) await log.publish(responses);
    return counts;
  };
