/** The memory of the simulator under every contract suite, and what its views share. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Around, atOnce } from '#simulation/memory/around.ts';
import { finishThenSend, storeThenSend } from '#functions/writes-in-turn.ts';
import { asLog } from '#simulation/memory/log-port.ts';
import { createMemoryLog } from '#simulation/memory/log.ts';
import { asStore } from '#simulation/memory/store-port.ts';
import { createMemoryStore } from '#simulation/memory/store.ts';
import { testBlobStore } from './blob-store.contract.ts';
import { testCommitStore } from './commit-store.contract.ts';
import { testDefinitionStore } from './definition-store.contract.ts';
import { testInbox } from './inbox.contract.ts';
import { testInvocationStore } from './invocation-store.contract.ts';
import { type JointSubject, testJointWrites } from './joint-writes.contract.ts';
import { testLog } from './log.contract.ts';
import { type LogSubject, commitAll, outgoing, receive, textOf } from './log-subject.ts';
import { testLogConsumer } from './log-consumer.contract.ts';
import { testRetention } from './retention.contract.ts';
import { testRunIndex } from './run-index.contract.ts';
import { testRunTimers } from './run-timers.contract.ts';
import { type StoreSubject } from './contract-suite.ts';
import { begin, newRunId, sampleBlob, sampleCommit, sampleSnapshot } from './samples.ts';

let now = 1_000;
/** A clock that moves at each look, so that the order of time is the order of writing. */
const clock = { now: () => now++ };
const nothingToClose = async (): Promise<void> => undefined;

/** Fails where the memory gives out what a database that stores JSON would not: undefined members, bytes, dates. */
const provenJson: Around = async (method, args, apply) => {
  const result = await atOnce(method, args, apply);
  const plain: unknown = result instanceof Map ? [...(result as Map<unknown, unknown>)] : result;
  const bytes = method.startsWith('blobs.') || method === 'inbox.claimDue';
  if (plain !== undefined && !bytes)
    assert.deepEqual(JSON.parse(JSON.stringify(plain)), plain, `${method} gives plain JSON`);
  return result;
};

const openStore = async (): Promise<StoreSubject> => ({
  store: asStore(createMemoryStore(), provenJson),
  close: nothingToClose,
});

async function openLog(): Promise<LogSubject> {
  const log = createMemoryLog(clock);
  return {
    log: asLog(log),
    async append(records) {
      log.append(records);
    },
    close: nothingToClose,
  };
}

async function openInTurn(): Promise<JointSubject> {
  const log = asLog(createMemoryLog(clock));
  const store = asStore(createMemoryStore());
  const joint = {
    storeAndSend: storeThenSend(log, store),
    finishAndSend: finishThenSend(log, store.invocations),
  };
  return { log, store, joint, close: nothingToClose };
}

testJointWrites('JointWrites, in turn', openInTurn);
testLog('Log, memory', openLog);
testLogConsumer('LogConsumer, memory', openLog);
testCommitStore('CommitStore, memory', openStore);
testRunIndex('RunIndex, memory', openStore);
testRunTimers('RunIndex timers, memory', openStore);
testRetention('Retention, memory', openStore);
testDefinitionStore('DefinitionStore, memory', openStore);
testInbox('Inbox, memory', openStore);
testBlobStore('BlobStore, memory', openStore);
testInvocationStore('InvocationStore, memory', openStore);

test('a new view on a memory finds everything that another view stored', async () => {
  const memory = createMemoryStore();
  const before = asStore(memory);
  const runId = newRunId();
  const scope = { tenant: 'default', runId };
  const blob = sampleBlob('kept');
  const definition = { name: 'build', version: '1.0.0', digest: 'sha256:d', source: { name: 'build' } };
  const record = { topic: 'workflow.command', key: runId, value: Uint8Array.of(1) };
  await before.runs.write([begin(runId, { wakeAt: 5_000 })]);
  await before.commits.insert([sampleCommit(runId, 1)]);
  await before.commits.putSnapshots([sampleSnapshot(runId, 1, 1)]);
  await before.definitions.put(definition, { activate: true });
  await before.inbox.put({ source: '/s', id: '1', record, retryAt: 1, expireAt: 9 });
  await before.blobs.put(scope, [blob]);
  await before.invocations.mark(['call'], 'timeout');

  const after = asStore(memory);
  assert.equal((await after.runs.get(runId))?.wakeAt, 5_000);
  assert.deepEqual(await after.commits.history(runId), [sampleCommit(runId, 1)]);
  const loaded = (await after.commits.load([runId])).get(runId);
  assert.deepEqual(loaded?.snapshot, sampleSnapshot(runId, 1, 1));
  assert.deepEqual(await after.definitions.active('build'), definition);
  assert.deepEqual((await after.inbox.claimDue(1, 1, 1))[0]?.record, record);
  assert.deepEqual(await after.blobs.get(scope, blob.ref), blob.bytes);
  const claims = await after.invocations.claim([{ id: 'call', owner: 'one', leaseUntil: 9 }], 1);
  assert.deepEqual(claims, [{ status: 'marked', reason: 'timeout' }]);
});

test('a new view on a log finds its records and goes on where its group had committed', async () => {
  const memory = createMemoryLog(clock);
  const before = asLog(memory);
  await before.createTopics([{ name: 't', partitions: 2 }]);
  await before.publish(['1', '2', '3'].map((value) => outgoing('t', 'a', value)));
  const first = await before.consumer({ topic: 't', group: 'g' });
  await commitAll(first, (await receive(first, 3)).slice(0, 2));
  await first.close();

  const after = asLog(memory);
  assert.deepEqual(await after.topics(), [{ name: 't', partitions: 2 }]);
  const second = await after.consumer({ topic: 't', group: 'g' });
  assert.deepEqual((await receive(second, 1)).map(textOf), ['3']);
  await second.close();
});
