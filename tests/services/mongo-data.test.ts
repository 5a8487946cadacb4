/** What the contract suites cannot ask of every store: values, lengths and damage that only matter to MongoDB. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { commitId, type RunId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { type Commit, type CommitStore } from '#core/ports.ts';
import { contractSuite, infrastructureProblem } from '../contract/contract-suite.ts';
import { begin, end, newRunId, sampleBlob, sampleCommit, sampleSnapshot } from '../contract/samples.ts';
import { type MongoSubject, openFresh } from './mongo-subject.ts';

type Subject = () => MongoSubject;

contractSuite('Data, MongoDB', openFresh, (subject) => {
  testValues(subject);
  testLongHistories(subject);
  testRetiringMeanwhile(subject);
  testSetup(subject);
  testDamage(subject);
});

function testValues(subject: Subject): void {
  test('values that BSON cannot hold read back exactly', async () => {
    const { commits, invocations, inbox } = subject().store;
    let deep: Json = 'bottom';
    for (let level = 0; level < 300; level += 1) deep = [{ deeper: deep }];
    const value: Json = {
      'nul\0key': 'nul\0value',
      lone: '\ud800 alone',
      '\udfff': 1,
      ...(JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "$oid": "x"}') as Json & object),
      numbers: [2 ** 53 - 1, 5e-324, 1.797e308, 2 ** 31, 0.1 + 0.2],
      deep,
    };
    const commit: Commit = {
      ...sampleCommit(newRunId(), 1),
      events: [{ type: 'step.completed', step: 's', attempt: 1, output: { value }, at: 1.5 }],
    };
    await commits.insert([commit]);
    assert.deepEqual(await commits.history(commit.runId), [commit]);
    const claim = { id: commit.runId, owner: 'one', leaseUntil: 5 };
    await invocations.claim([claim], 1);
    await invocations.finish([{ ...claim, outcome: { status: 'finished', result: value } }]);
    assert.deepEqual(await invocations.claim([claim], 1), [{ status: 'finished', result: value }]);
    const name = `\ud800${'x'.repeat(5_000)}`;
    const record = { topic: name, key: name, value: Uint8Array.of(0) };
    const entry = { source: name, id: name, record, retryAt: 1, expireAt: 2 };
    await inbox.put(entry);
    const [due] = await inbox.claimDue(1, 0, 1);
    assert.deepEqual([due?.source, due?.id, due?.record.topic, due?.record.key], [name, name, name, name]);
  });

  test('a snapshot larger than a document is left out: its run is loaded from its commits', async () => {
    const { commits } = subject().store;
    const [large, small] = [newRunId(), newRunId()];
    await commits.insert([sampleCommit(large, 1), sampleCommit(small, 1)]);
    const snapshot = sampleSnapshot(large, 1, 1);
    const state = { status: 'absent', padding: 'x'.repeat(17_000_000) } as const;
    await commits.putSnapshots([{ ...snapshot, state }, sampleSnapshot(small, 1, 1)]);
    const found = await commits.load([large, small]);
    assert.equal(found.get(large)?.snapshot, undefined);
    assert.equal(found.get(large)?.commits.length, 1);
    assert.deepEqual(found.get(small)?.snapshot, sampleSnapshot(small, 1, 1));
  });

  test('a blob larger than a document is stored in parts, and a missing part is noticed', async () => {
    const { store, database } = subject();
    const scope = { tenant: 'default', runId: newRunId() };
    const large = sampleBlob('x'.repeat(20_000_000));
    await store.blobs.put(scope, [large, sampleBlob('small')]);
    const found = await store.blobs.get(scope, large.ref);
    assert.ok(found instanceof Uint8Array && Buffer.from(found).equals(large.bytes));
    const parts = await database.blobs.countDocuments({});
    assert.equal(parts, 4);
    await database.blobs.deleteOne({ _id: /\/000001$/ });
    assert.equal(await store.blobs.get(scope, large.ref), 'altered');
    await store.blobs.put(scope, [large]);
    assert.notEqual(await store.blobs.get(scope, large.ref), 'altered');
  });
}

function testLongHistories(subject: Subject): void {
  const fill = async (commits: CommitStore, length: number): Promise<RunId> => {
    const id = newRunId();
    await commits.insert(Array.from({ length }, (_, n) => sampleCommit(id, n + 1)));
    return id;
  };
  const loadedVersions = async (commits: CommitStore, id: RunId): Promise<readonly number[]> =>
    (await commits.load([id])).get(id)?.commits.map((commit) => commit.version) ?? [];
  const upTo = (last: number, floor = 0): readonly number[] =>
    Array.from({ length: last - floor }, (_, n) => floor + n + 1);

  for (const length of [63, 64, 65, 200])
    test(`a history of ${length} commits without a snapshot is loaded whole`, async () => {
      const { commits } = subject().store;
      const id = await fill(commits, length);
      assert.deepEqual(await loadedVersions(commits, id), upTo(length));
    });

  test('with a snapshot only what follows it is loaded, in one request for all such runs', async () => {
    const { store, takeCommands } = subject();
    const { commits } = store;
    const [a, b, short] = [await fill(commits, 150), await fill(commits, 80), await fill(commits, 2)];
    await commits.putSnapshots([sampleSnapshot(a, 140, 130), sampleSnapshot(b, 80, 80)]);
    takeCommands();
    const found = await commits.load([a, b, short]);
    assert.equal(takeCommands().length, 4);
    assert.deepEqual(
      found.get(a)?.commits.map((commit) => commit.version),
      upTo(150, 130),
    );
    assert.deepEqual(found.get(b)?.commits, []);
    assert.deepEqual(found.get(short)?.commits.length, 2);
  });
}

function testRetiringMeanwhile(subject: Subject): void {
  test('a run whose tombstone stands while its commits are still there is a tombstone', async () => {
    const { store, database } = subject();
    const id = newRunId();
    await store.runs.write([end(id, { endedAt: 1 })]);
    await store.runs.retire(2, 1);
    // What a crash between the tombstone and the deletions leaves behind.
    await store.commits.insert([sampleCommit(id, 2)]);
    await store.commits.putSnapshots([sampleSnapshot(id, 1, 1)]);
    assert.deepEqual((await store.commits.load([id])).get(id), {
      commits: [],
      tombstone: true,
      quarantined: false,
    });
    assert.equal(await store.runs.forget(2, 1), 1);
    assert.equal((await store.commits.load([id])).size, 0);
    assert.equal(await database.commits.countDocuments({}), 0);
  });

  test('runs that are loaded while they are retired are whole or tombstones, never in between', async () => {
    const { commits, runs } = subject().store;
    const ids = Array.from({ length: 40 }, newRunId);
    await runs.write(ids.map((id) => end(id, { endedAt: 1 })));
    await commits.insert(ids.flatMap((id) => [1, 2, 3].map((version) => sampleCommit(id, version))));
    let retired = false;
    const retiring = runs.retire(2, 100).then((found) => {
      retired = true;
      return found;
    });
    while (!retired)
      for (const run of (await commits.load(ids)).values())
        assert.equal(run.commits.length, run.tombstone ? 0 : 3);
    assert.equal((await retiring).length, 40);
  });

  test('a tenant that can name no blob keeps no run from being retired', async () => {
    const { runs } = subject().store;
    const id = newRunId();
    await runs.write([end(id, { tenant: 'a/b c', endedAt: 1 })]);
    assert.deepEqual(await runs.retire(2, 1), [id]);
    assert.equal(await runs.forget(2, 1), 1);
  });
}

function testSetup(subject: Subject): void {
  test('creating indexes again changes nothing, at the same time neither', async () => {
    const { database } = subject();
    const before = await database.runs.indexes();
    await Promise.all([database.ensureIndexes(), database.ensureIndexes()]);
    assert.deepEqual(await database.runs.indexes(), before);
    assert.ok(before.length > 3);
  });

  test('an index of somebody else under our name is an error that says so', async () => {
    const { database } = subject();
    await database.inbox.dropIndex('due');
    await database.inbox.createIndex({ expireAt: 1 }, { name: 'due' });
    await assert.rejects(() => database.ensureIndexes(), infrastructureProblem(/^STORE_INDEX: /, 'Fix: '));
    await database.inbox.dropIndex('due');
    await database.ensureIndexes();
  });
}

function testDamage(subject: Subject): void {
  test('a damaged document is an error that says so, and no bug of a run', async () => {
    const { store, database } = subject();
    const [row, commit] = [newRunId(), sampleCommit(newRunId(), 1)];
    await store.runs.write([begin(row)]);
    await store.commits.insert([commit]);
    await database.runs.updateOne({ _id: row }, { $set: { version: 'one' as unknown as number } });
    await database.commits.updateOne({}, { $set: { body: '{' } });
    for (const call of [() => store.runs.get(row), () => store.commits.history(commit.runId)])
      await assert.rejects(call, infrastructureProblem(/^STORE_CORRUPT: /, 'Fix: '));
  });

  test('a commit or snapshot that is no JSON is told of its run alone', async () => {
    const { store, database } = subject();
    const newCommit = (): Commit => sampleCommit(newRunId(), 1);
    const [whole, commit, snapshot] = [newCommit(), newCommit(), newCommit()];
    await store.commits.insert([whole, commit, snapshot]);
    await store.commits.putSnapshots([sampleSnapshot(snapshot.runId, 1, 0)]);
    for (const body of ['{', '[]', 'null', 7 as unknown as string]) {
      await database.commits.updateOne({ _id: commitId(commit.runId, 1) }, { $set: { body } });
      await database.snapshots.updateOne({ _id: snapshot.runId }, { $set: { body } });
      const loaded = await store.commits.load([whole.runId, commit.runId, snapshot.runId]);
      assert.deepEqual(loaded.get(whole.runId)?.commits, [whole]);
      const damage = [whole, commit, snapshot].map(({ runId }) => loaded.get(runId)?.damaged);
      assert.deepEqual(damage, [undefined, 'commit 1', 'its snapshot']);
    }
    await database.commits.updateOne({ _id: commitId(commit.runId, 1) }, { $set: { body: '{' } });
    assert.deepEqual(await store.commits.insert([commit]), ['conflict']);
  });

  test('what is no error of the database passes unchanged', async () => {
    const { database } = subject();
    const bug = new TypeError('a bug');
    await assert.rejects(
      () => database.guarded(() => Promise.reject(bug)),
      (error) => error === bug && !(error instanceof InfrastructureError),
    );
  });
}
