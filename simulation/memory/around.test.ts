/** What `around` can do to a call, and that the memory stands it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { begin, newRunId, sampleCommit } from '#tests/contract/samples.ts';
import { type Around, type PortMethod, atOnce } from './around.ts';
import { asLog } from './log-port.ts';
import { createMemoryLog } from './log.ts';
import { asStore } from './store-port.ts';
import { createMemoryStore } from './store.ts';

const unclear = new InfrastructureError('the answer did not come');
const outage: Around = async () => {
  throw unclear;
};
const lostAcknowledgement: Around = async (_method, _args, apply) => {
  apply();
  throw unclear;
};
const twice: Around = async (_method, _args, apply) => {
  apply();
  return apply();
};
const record = { topic: 't', key: 'k', value: Buffer.from('v'), headers: [] };

function newLog() {
  const log = createMemoryLog({ now: () => 5_000 });
  log.createTopics([{ name: 't', partitions: 3 }]);
  return log;
}
const size = (log: ReturnType<typeof newLog>): number =>
  [0, 1, 2].reduce((sum, partition) => sum + log.records('t', partition).length, 0);

test('a call that is never applied changes nothing', async () => {
  const [memory, log, runId] = [createMemoryStore(), newLog(), newRunId()];
  await assert.rejects(asStore(memory, outage).commits.insert([sampleCommit(runId, 1)]), unclear);
  await assert.rejects(asLog(log, outage).publish([record]), unclear);
  assert.deepEqual(memory.commits.history(runId), []);
  assert.equal(size(log), 0);
});

test('a call whose acknowledgement is lost was done', async () => {
  const [memory, log, runId] = [createMemoryStore(), newLog(), newRunId()];
  const commit = sampleCommit(runId, 1);
  await assert.rejects(asStore(memory, lostAcknowledgement).commits.insert([commit]), unclear);
  await assert.rejects(asLog(log, lostAcknowledgement).publish([record]), unclear);
  assert.deepEqual(memory.commits.history(runId), [commit]);
  assert.equal(size(log), 1);
});

test('a commit inserted twice is one, and a record published twice is two', async () => {
  const [memory, log, runId] = [createMemoryStore(), newLog(), newRunId()];
  const commit = sampleCommit(runId, 1);
  assert.deepEqual(await asStore(memory, twice).commits.insert([commit]), ['stored']);
  await asLog(log, twice).publish([record]);
  assert.deepEqual(memory.commits.history(runId), [commit]);
  assert.equal(size(log), 2);
});

test('a call waits until it is applied, and then sees what others did meanwhile', async () => {
  const [memory, runId] = [createMemoryStore(), newRunId()];
  const held: (() => void)[] = [];
  const later: Around = (_method, _args, apply) =>
    new Promise((resolve) => {
      held.push(() => resolve(apply()));
    });
  const answer = asStore(memory, later).commits.insert([sampleCommit(runId, 1, 'slow')]);
  await asStore(memory).commits.insert([sampleCommit(runId, 1, 'fast')]);
  for (const apply of held) apply();
  assert.deepEqual(await answer, ['conflict']);
});

test('a poll that is repeated or lost hands out every record once', async () => {
  const log = newLog();
  log.append([record, record]);
  let around = lostAcknowledgement;
  const consumer = await asLog(log, (method, args, apply) =>
    method === 'log.consumer' ? atOnce(method, args, apply) : around(method, args, apply),
  ).consumer({ topic: 't', group: 'g' });
  await assert.rejects(consumer.poll({ maxRecords: 9, maxWaitMs: 0 }), unclear);
  around = twice;
  const offsets = (await consumer.poll({ maxRecords: 9, maxWaitMs: 0 })).map((one) => one.offset);
  assert.deepEqual(offsets, [0, 1]);
  assert.deepEqual(await consumer.poll({ maxRecords: 9, maxWaitMs: 0 }), []);
  await consumer.close();
});

test('two polls of one consumer at once share its records', async () => {
  const log = newLog();
  log.append([record, record, record]);
  const consumer = await asLog(log).consumer({ topic: 't', group: 'g' });
  const poll = () => consumer.poll({ maxRecords: 9, maxWaitMs: 0 });
  const records = (await Promise.all([poll(), poll()])).flat();
  assert.deepEqual(
    records.map((one) => one.offset),
    [0, 1, 2],
  );
  await consumer.close();
});

test('a poll that ends in the middle of a look at a closed consumer does not go on waiting', async () => {
  const stop = new AbortController();
  const consumer = await asLog(newLog()).consumer({ topic: 't', group: 'g' });
  const answers: number[] = [];
  const poll = consumer.poll({ maxRecords: 9, maxWaitMs: 60_000, signal: stop.signal });
  const noting = poll.then((records) => answers.push(records.length));
  await consumer.close();
  await new Promise((resolve) => setImmediate(resolve));
  const seen = [...answers];
  stop.abort();
  await noting;
  assert.deepEqual(seen, [0]);
});

test('every call is named after its port and method, with its arguments', async () => {
  const calls: (readonly [PortMethod, readonly unknown[]])[] = [];
  const noting: Around = (method, args, apply) => {
    calls.push([method, args]);
    return atOnce(method, args, apply);
  };
  const store = asStore(createMemoryStore(), noting);
  const write = begin(newRunId());
  await store.runs.write([write]);
  await store.runs.claimDue(7, 8, 9);
  await asLog(newLog(), noting).publish([record]);
  assert.deepEqual(calls, [
    ['runs.write', [[write]]],
    ['runs.claimDue', [7, 8, 9]],
    ['log.publish', [[record]]],
  ]);
});

test('of an append that names an unknown topic nothing is stored', () => {
  const log = newLog();
  assert.throws(() => log.append([record, { ...record, topic: 'none' }]), /TOPIC_MISSING/);
  assert.equal(size(log), 0);
});

test('appended records are given back as they were stored, the time of the clock on all', () => {
  const log = newLog();
  const stored = log.append([record, record]);
  const { partition } = stored[0] ?? assert.fail('nothing was stored');
  assert.deepEqual(log.records('t', partition), stored);
  assert.deepEqual(
    stored.map(({ offset, timestamp }) => [offset, timestamp]),
    [
      [0, 5_000],
      [1, 5_000],
    ],
  );
});
