/** The contract of `CommitStore`, for every adapter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { type StoreSubject, contractSuite } from './contract-suite.ts';
import { begin, newRunId, sampleCommit, sampleSnapshot } from './samples.ts';

type Subject = () => StoreSubject;

const versions = (commits: readonly Commit[] | undefined): readonly number[] | undefined =>
  commits?.map((commit) => commit.version);

export function testCommitStore(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testInsert(subject);
    testLoad(subject);
    testSnapshots(subject);
  });
}

function testInsert(subject: Subject): void {
  test('a commit is stored once and read back as it was', async () => {
    const { commits } = subject().store;
    const commit = sampleCommit(newRunId(), 1);
    assert.deepEqual(await commits.insert([commit]), ['stored']);
    assert.deepEqual((await commits.load([commit.runId])).get(commit.runId), {
      commits: [commit],
      tombstone: false,
      quarantined: false,
    });
  });

  test('a version that exists with other content is a conflict and stays as it is', async () => {
    const { commits } = subject().store;
    const [mine, other] = [newRunId()].flatMap((id) => [
      sampleCommit(id, 1, 'mine'),
      sampleCommit(id, 1, 'other'),
    ]);
    assert.ok(mine && other);
    await commits.insert([mine]);
    assert.deepEqual(await commits.insert([other]), ['conflict']);
    assert.deepEqual(await commits.history(mine.runId), [mine]);
  });

  test('the same content again is stored, whatever the order of its keys', async () => {
    const { commits } = subject().store;
    const commit = sampleCommit(newRunId(), 1);
    const turned = Object.fromEntries(Object.entries(commit).reverse()) as unknown as Commit;
    await commits.insert([commit]);
    assert.deepEqual(await commits.insert([commit]), ['stored']);
    assert.deepEqual(await commits.insert([turned]), ['stored']);
    assert.equal((await commits.history(commit.runId)).length, 1);
  });

  test('one conflict keeps no other commit of the call from being stored', async () => {
    const { commits } = subject().store;
    const [a, b, c] = [newRunId(), newRunId(), newRunId()];
    await commits.insert([sampleCommit(b, 1, 'first')]);
    const answer = await commits.insert([
      sampleCommit(a, 1),
      sampleCommit(b, 1, 'second'),
      sampleCommit(c, 1),
    ]);
    assert.deepEqual(answer, ['stored', 'conflict', 'stored']);
    assert.deepEqual([...(await commits.load([a, b, c])).keys()].sort(), [a, b, c].sort());
  });

  test('of one version twice in one call the first is stored', async () => {
    const { commits } = subject().store;
    const id = newRunId();
    const answer = await commits.insert([sampleCommit(id, 1, 'first'), sampleCommit(id, 1, 'second')]);
    assert.deepEqual(answer.toSorted(), ['conflict', 'stored']);
    assert.equal((await commits.history(id)).length, 1);
  });

  test('of many writers of one version at once exactly one is stored', async () => {
    const { commits } = subject().store;
    const id = newRunId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => commits.insert([sampleCommit(id, 1, `writer ${n}`)])),
    );
    const winner = answers.findIndex(([answer]) => answer === 'stored');
    assert.equal(answers.filter(([answer]) => answer === 'stored').length, 1);
    assert.deepEqual(await commits.history(id), [sampleCommit(id, 1, `writer ${winner}`)]);
  });

  test('inserting nothing does nothing', async () => {
    assert.deepEqual(await subject().store.commits.insert([]), []);
  });

  test('any JSON value survives, keys that databases treat as special included', async () => {
    const { commits } = subject().store;
    const value: Json = {
      'a.b': 1,
      $set: { $where: 'x' },
      '': [null, true, -0.5, 1e300, 9_007_199_254_740_991],
      text: 'ü 鍵 🎷 \u0000 \u2028 "quoted" \\',
      nested: { empty: {}, list: [[], [{}]] },
    };
    const sample = sampleCommit(newRunId(), 1);
    const commit: Commit = {
      ...sample,
      events: [{ type: 'step.completed', step: 's', attempt: 1, output: { value }, at: 1 }],
    };
    await commits.insert([commit]);
    assert.deepEqual(await commits.history(commit.runId), [commit]);
  });
}

function testLoad(subject: Subject): void {
  test('loading gives commits in the order of their versions', async () => {
    const { commits } = subject().store;
    const id = newRunId();
    const all = Array.from({ length: 12 }, (_, n) => sampleCommit(id, n + 1));
    await commits.insert(all.toReversed());
    assert.deepEqual((await commits.load([id])).get(id)?.commits, all);
    assert.deepEqual(await commits.history(id), all);
  });

  test('a run that nobody knows is not in the answer', async () => {
    const { commits } = subject().store;
    const [known, unknown] = [newRunId(), newRunId()];
    await commits.insert([sampleCommit(known, 1)]);
    assert.deepEqual([...(await commits.load([unknown, known])).keys()], [known]);
    assert.deepEqual(await commits.history(unknown), []);
    assert.equal((await commits.load([])).size, 0);
  });

  test('a run with a row and no commit is in the answer, without commits', async () => {
    const { commits, runs } = subject().store;
    const id = newRunId();
    await runs.write([begin(id)]);
    assert.deepEqual((await commits.load([id])).get(id), {
      commits: [],
      tombstone: false,
      quarantined: false,
    });
  });

  test('loading tells that a run is quarantined', async () => {
    const { commits, runs } = subject().store;
    const id = newRunId();
    await runs.write([begin(id)]);
    await commits.insert([sampleCommit(id, 1)]);
    const error = { code: 'ENGINE_BUG', message: 'bug', retryable: false };
    await runs.write([{ type: 'quarantine', runId: id, error }]);
    const found = (await commits.load([id])).get(id);
    assert.deepEqual([found?.quarantined, versions(found?.commits)], [true, [1]]);
  });

  test('hundreds of runs load in one call, each with its own commits', async () => {
    const { commits } = subject().store;
    const ids = Array.from({ length: 300 }, newRunId);
    await commits.insert(ids.flatMap((id) => [sampleCommit(id, 1, id), sampleCommit(id, 2, id)]));
    const found = await commits.load(ids);
    assert.equal(found.size, 300);
    for (const id of ids)
      assert.deepEqual(found.get(id)?.commits, [sampleCommit(id, 1, id), sampleCommit(id, 2, id)]);
  });
}

function testSnapshots(subject: Subject): void {
  const bounds = [
    { version: 5, published: 5, loaded: [6, 7, 8] },
    { version: 5, published: 3, loaded: [4, 5, 6, 7, 8] },
    { version: 4, published: 6, loaded: [5, 6, 7, 8] },
    { version: 5, published: 0, loaded: [1, 2, 3, 4, 5, 6, 7, 8] },
    { version: 8, published: 8, loaded: [] },
  ];
  for (const { version, published, loaded } of bounds)
    test(`with a snapshot of ${version}, published up to ${published}, loading begins after the lower one`, async () => {
      const { commits } = subject().store;
      const id = newRunId();
      const all = Array.from({ length: 8 }, (_, n) => sampleCommit(id, n + 1));
      await commits.insert(all);
      await commits.putSnapshots([sampleSnapshot(id, version, published)]);
      const found = (await commits.load([id])).get(id);
      assert.deepEqual(found?.snapshot, sampleSnapshot(id, version, published));
      assert.deepEqual(versions(found?.commits), loaded);
      assert.deepEqual(await commits.history(id), all);
    });

  test('with a snapshot that carries what is open below it, loading begins after it', async () => {
    const { commits } = subject().store;
    const id = newRunId();
    const all = Array.from({ length: 8 }, (_, n) => sampleCommit(id, n + 1));
    await commits.insert(all);
    const snapshot = { ...sampleSnapshot(id, 6, 0), open: all.slice(1, 2) };
    await commits.putSnapshots([snapshot]);
    const found = (await commits.load([id])).get(id);
    assert.deepEqual(found?.snapshot, snapshot);
    assert.deepEqual(versions(found?.commits), [7, 8]);
  });

  test('a later snapshot replaces an earlier one, never the other way round', async () => {
    const { commits } = subject().store;
    const id = newRunId();
    await commits.putSnapshots([sampleSnapshot(id, 5, 5)]);
    await commits.putSnapshots([sampleSnapshot(id, 9, 8)]);
    await commits.putSnapshots([sampleSnapshot(id, 7, 7)]);
    await commits.putSnapshots([]);
    assert.deepEqual((await commits.load([id])).get(id)?.snapshot, sampleSnapshot(id, 9, 8));
  });
}
