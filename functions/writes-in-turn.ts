/** Joint writes over a log and a store that are separate things: one call after the other, each durable before the next. */
import { type JointWrites } from '#core/joint-writes.ts';
import { type InvocationStore, type LogProducer, type Store } from '#core/ports.ts';

export const storeThenSend =
  (log: LogProducer, { commits, runs }: Pick<Store, 'commits' | 'runs'>): JointWrites['storeAndSend'] =>
  async (turns) => {
    const before = turns.flatMap((turn) => turn.before ?? []);
    if (before.length > 0) await runs.write(before);
    const drafts = turns.flatMap((turn) => turn.commit ?? []);
    const inserted = drafts.length === 0 ? [] : await commits.insert(drafts);
    let next = 0;
    const outcomes = turns.map(({ commit }) =>
      commit === undefined ? 'stored' : (inserted[next++] ?? 'conflict'),
    );
    const kept = turns.filter((_, index) => outcomes[index] === 'stored');
    const records = kept.flatMap((turn) => turn.records);
    if (records.length > 0) await log.publish(records);
    const after = kept.flatMap((turn) => turn.after);
    if (after.length > 0) await runs.write(after);
    return outcomes;
  };

export const finishThenSend =
  (log: LogProducer, invocations: Pick<InvocationStore, 'finish'>): JointWrites['finishAndSend'] =>
  async (calls, recorded) => {
    const owned = calls.flatMap(({ finish }) => finish ?? []);
    const kept = owned.length === 0 ? [] : await invocations.finish(owned);
    owned.forEach(({ id }, index) => {
      if (kept[index] === true) recorded(id);
    });
    let next = 0;
    const counts = calls.map(({ finish }) => finish === undefined || kept[next++] === true);
    const responses = calls.flatMap(({ response }, index) =>
      counts[index] === true && response !== undefined ? [response] : [],
    );
    if (responses.length > 0) await log.publish(responses);
    return counts;
  };
