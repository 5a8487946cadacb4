/** The contract of retention: what `retire` and `forget` of `RunIndex` delete, over the whole store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunId, invocationId } from '#core/ids.ts';
import { type StoreSubject, contractSuite } from './contract-suite.ts';
import { begin, end, newRunId, sampleBlob, sampleCommit, sampleSnapshot } from './samples.ts';

const blob = sampleBlob({ text: 'x'.repeat(100) });

/** Leaves something of the run in every part of the store. */
async function fill({ store }: StoreSubject, runId: RunId): Promise<void> {
  await store.runs.write([begin(runId)]);
  await store.commits.insert([sampleCommit(runId, 1), sampleCommit(runId, 2)]);
  await store.commits.putSnapshots([sampleSnapshot(runId, 1, 1)]);
  await store.blobs.put({ tenant: 'default', runId }, [blob]);
  const id = invocationId(runId, 'design', 1);
  await store.invocations.claim([{ id, owner: 'one', leaseUntil: 1e12 }], 0);
}

/** Which parts of the store still know the run. */
async function remains({ store }: StoreSubject, runId: RunId): Promise<readonly string[]> {
  const found = (await store.commits.load([runId])).get(runId);
  const id = invocationId(runId, 'design', 1);
  const [claim] = await store.invocations.claim([{ id, owner: 'two', leaseUntil: 1e12 }], 0);
  return [
    ...((await store.runs.get(runId)) === undefined ? [] : ['row']),
    ...(found?.tombstone === true ? ['tombstone'] : []),
    ...(found?.snapshot === undefined ? [] : ['snapshot']),
    ...((await store.commits.history(runId)).length === 0 ? [] : ['commits']),
    ...((await store.blobs.get({ tenant: 'default', runId }, blob.ref)) === undefined ? [] : ['blob']),
    ...(claim?.status === 'mine' ? [] : ['invocation']),
  ];
}

const everything = ['row', 'snapshot', 'commits', 'blob', 'invocation'];

export function testRetention(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testRetire(subject);
    testForget(subject);
  });
}

function testRetire(subject: () => StoreSubject): void {
  test('retiring an ended run leaves its tombstone and nothing else', async () => {
    const { runs } = subject().store;
    const [old, other] = [newRunId(), newRunId()];
    for (const id of [old, other]) await fill(subject(), id);
    await runs.write([end(old, { endedAt: 2_000 }), end(other, { endedAt: 9_000 })]);
    assert.deepEqual(await runs.retire(2_001, 10), [old]);
    assert.deepEqual(await remains(subject(), old), ['row', 'tombstone']);
    assert.equal((await runs.get(old))?.status, 'tombstone');
    assert.deepEqual(await remains(subject(), other), everything);
  });

  test('a run is retired only if it ended before the given time', async () => {
    const { runs } = subject().store;
    const id = newRunId();
    await runs.write([end(id, { endedAt: 2_000 })]);
    assert.deepEqual(await runs.retire(2_000, 10), []);
    assert.deepEqual(await runs.retire(2_001, 10), [id]);
    assert.deepEqual(await runs.retire(2_001, 10), []);
  });

  test('a live run is never retired, nor is a quarantined one', async () => {
    const { runs } = subject().store;
    const [live, quarantined] = [newRunId(), newRunId()];
    for (const id of [live, quarantined]) await fill(subject(), id);
    const error = { code: 'ENGINE_BUG', message: 'bug', retryable: false };
    await runs.write([{ type: 'quarantine', runId: quarantined, error }]);
    assert.deepEqual(await runs.retire(1e12, 10), []);
    for (const id of [live, quarantined]) assert.deepEqual(await remains(subject(), id), everything);
  });

  test('retiring takes at most the limit, and the rest next time', async () => {
    const { runs } = subject().store;
    const ids = Array.from({ length: 5 }, newRunId);
    await runs.write(ids.map((id, n) => end(id, { endedAt: 1_000 + n })));
    const first = await runs.retire(5_000, 3);
    const second = await runs.retire(5_000, 3);
    assert.deepEqual([first.length, second.length], [3, 2]);
    assert.deepEqual([...first, ...second].sort(), ids.toSorted());
  });
}

function testForget(subject: () => StoreSubject): void {
  test('forgetting removes tombstones that ended before the given time, and only those', async () => {
    const { runs } = subject().store;
    const [old, young, ended] = [newRunId(), newRunId(), newRunId()];
    await runs.write([end(old, { endedAt: 1_000 }), end(young, { endedAt: 3_000 })]);
    await runs.retire(5_000, 10);
    await runs.write([end(ended, { endedAt: 1_000 })]);
    assert.equal(await runs.forget(3_000, 10), 1);
    assert.deepEqual(await remains(subject(), old), []);
    assert.deepEqual(await remains(subject(), young), ['row', 'tombstone']);
    assert.equal((await runs.get(ended))?.status, 'completed');
  });

  test('forgetting takes at most the limit', async () => {
    const { runs } = subject().store;
    const ids = Array.from({ length: 3 }, newRunId);
    await runs.write(ids.map((id) => end(id, { endedAt: 1_000 })));
    await runs.retire(5_000, 10);
    assert.deepEqual(
      [await runs.forget(5_000, 2), await runs.forget(5_000, 2), await runs.forget(5_000, 2)],
      [2, 1, 0],
    );
  });
}
