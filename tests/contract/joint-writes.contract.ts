/** The contract of `JointWrites`, for log and store in one file and for two that are written in turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JointWrites } from '#core/joint-writes.ts';
import { type Log, type OutgoingRecord } from '#core/ports.ts';
import { contractSuite, type StoreSubject } from './contract-suite.ts';
import { begin, end, newRunId, sampleCommit } from './samples.ts';

export interface JointSubject extends StoreSubject {
  readonly log: Log;
  readonly joint: JointWrites;
}

type Subject = () => JointSubject;

const topic = 'joint';
const record = (key: string): OutgoingRecord => ({
  topic,
  key,
  value: Buffer.from(`for ${key}`),
  headers: [],
});

async function sent({ log }: JointSubject): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of log.read({ topic, from: 'beginning', follow: false }))
    keys.push(Buffer.from(key ?? []).toString());
  return keys.sort();
}

export function testJointWrites(name: string, open: () => Promise<JointSubject>): void {
  const factory = async (): Promise<JointSubject> => {
    const subject = await open();
    await subject.log.createTopics([{ name: topic, partitions: 3 }]);
    return subject;
  };
  contractSuite(name, factory, (subject) => {
    testStoreAndSend(subject);
    testFinishAndSend(subject);
  });
}

function testStoreAndSend(subject: Subject): void {
  test('a turn is stored whole: its first row, its commit, its records, the rows that follow', async () => {
    const { joint, store } = subject();
    const [starts, ends] = [newRunId(), newRunId()];
    const commits = [sampleCommit(starts, 1), sampleCommit(ends, 1)] as const;
    await store.runs.write([begin(ends)]);
    const outcomes = await joint.storeAndSend([
      { before: begin(starts), commit: commits[0], records: [record('a'), record('b')], after: [] },
      { commit: commits[1], records: [record('c')], after: [end(ends)] },
    ]);
    assert.deepEqual(outcomes, ['stored', 'stored']);
    assert.deepEqual(await store.commits.history(starts), [commits[0]]);
    assert.deepEqual(await sent(subject()), ['a', 'b', 'c']);
    assert.equal((await store.runs.get(starts))?.status, 'running');
    assert.equal((await store.runs.get(ends))?.status, 'completed');
  });

  test('a turn in conflict sends nothing and writes no row that follows; the others are stored', async () => {
    const { joint, store } = subject();
    const [lost, won] = [newRunId(), newRunId()];
    const first = sampleCommit(lost, 1, 'first');
    await store.runs.write([begin(lost)]);
    await store.commits.insert([first]);
    const outcomes = await joint.storeAndSend([
      { commit: sampleCommit(lost, 1, 'other'), records: [record('lost')], after: [end(lost)] },
      { commit: sampleCommit(won, 1), records: [record('won')], after: [] },
    ]);
    assert.deepEqual(outcomes, ['conflict', 'stored']);
    assert.deepEqual(await sent(subject()), ['won']);
    assert.deepEqual(await store.commits.history(lost), [first]);
    assert.equal((await store.runs.get(lost))?.status, 'running');
  });

  test('the same turn again is stored, and sent again', async () => {
    const { joint, store } = subject();
    const runId = newRunId();
    const turn = { commit: sampleCommit(runId, 1), records: [record('again')], after: [] };
    await joint.storeAndSend([turn]);
    assert.deepEqual(await joint.storeAndSend([turn]), ['stored']);
    assert.deepEqual(await sent(subject()), ['again', 'again']);
    assert.equal((await store.commits.history(runId)).length, 1);
  });

  test('a turn without a commit sends what it has, and an empty one nothing', async () => {
    const { joint } = subject();
    const empty = { records: [], after: [] };
    assert.deepEqual(await joint.storeAndSend([empty, { ...empty, records: [record('healed')] }]), [
      'stored',
      'stored',
    ]);
    assert.deepEqual(await joint.storeAndSend([empty]), ['stored']);
    assert.deepEqual(await joint.storeAndSend([]), []);
    assert.deepEqual(await sent(subject()), ['healed']);
  });
}

function testFinishAndSend(subject: Subject): void {
  const outcome = { status: 'finished', result: { said: 'hi' } } as const;

  test('a result is recorded and its response sent; who owns the call no more sends nothing', async () => {
    const { joint, store } = subject();
    const [mine, theirs, free] = ['mine', 'theirs', 'free'].map((name) => `${newRunId()}:${name}:1`);
    assert.ok(mine && theirs && free);
    await store.invocations.claim([{ id: mine, owner: 'me', leaseUntil: 100 }], 1);
    await store.invocations.claim([{ id: theirs, owner: 'another', leaseUntil: 100 }], 1);
    const recorded: string[] = [];
    const counts = await joint.finishAndSend(
      [
        { finish: { id: mine, owner: 'me', outcome }, response: record('mine') },
        { finish: { id: theirs, owner: 'me', outcome }, response: record('theirs') },
        { response: record('free') },
      ],
      (id) => recorded.push(id),
    );
    assert.deepEqual(counts, [true, false, true]);
    assert.deepEqual(recorded, [mine]);
    assert.deepEqual(await sent(subject()), ['free', 'mine']);
    const again = await store.invocations.claim([{ id: mine, owner: 'late', leaseUntil: 300 }], 200);
    assert.deepEqual(again, [{ status: 'finished', result: { said: 'hi' } }]);
  });

  test('an answer that comes later is recorded, and nothing is sent', async () => {
    const { joint, store } = subject();
    const id = `${newRunId()}:later:1`;
    await store.invocations.claim([{ id, owner: 'me', leaseUntil: 100 }], 1);
    const call = { finish: { id, owner: 'me', outcome: { status: 'accepted' } } } as const;
    assert.deepEqual(await joint.finishAndSend([call], () => undefined), [true]);
    assert.deepEqual(await joint.finishAndSend([], () => undefined), []);
    assert.deepEqual(await sent(subject()), []);
    const again = await store.invocations.claim([{ id, owner: 'late', leaseUntil: 300 }], 200);
    assert.deepEqual(again, [{ status: 'accepted' }]);
  });
}
