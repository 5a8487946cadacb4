/**
 * Leaders that change under runs in flight: a broker of two is killed and stopped, the primary of a replica set steps
 * down and is killed. Every run ends, with the same result, once; every chain of commits is whole.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openMongo } from '#adapters/mongo/open.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { type Commit, type CommitStore } from '#core/ports.ts';
import { baton, temporaryFolder } from '#cli/spawn.fixture.ts';
import { type Fleet, openFleet } from '#tests/chaos/fleet.ts';
import { openRuns, type Runs } from '#tests/chaos/runs.ts';
import { newRunId, sampleCommit } from '#tests/contract/samples.ts';
import { surroundings } from './mongo-subject.ts';
import { type Cluster, ownCluster } from './own-cluster.ts';
import { ownReplicaSet, type ReplicaSet } from './own-replica-set.ts';

describe('leaders change', () => {
  const folder = temporaryFolder();
  let cluster: Cluster;
  let replicas: ReplicaSet;
  before(async () => {
    [cluster, replicas] = await Promise.all([ownCluster(), ownReplicaSet()]);
  });
  after(async () => {
    await Promise.all([cluster.close(), replicas.close()]);
    folder.remove();
  });

  it('under inserts: what was stored stays, what was unclear is found out by inserting it again', async () => {
    const mongo = openMongo({ uri: replicas.uri('inserts'), ...surroundings });
    await mongo.ensureIndexes();
    const unclear = { inserts: 0 };
    let isOver = false;
    try {
      const writers = Array.from({ length: 20 }, () => write(mongo.store.commits, unclear, () => isOver));
      // A quick change may fall between two inserts.
      for (let times = 0; times < 10 && unclear.inserts === 0; times += 1) {
        await replicas.stepDown();
        const comeBack = await replicas.killPrimary();
        await comeBack();
      }
      isOver = true;
      for (const commits of await Promise.all(writers)) {
        const [first] = commits;
        assert.ok(first);
        assert.deepEqual(await mongo.store.commits.history(first.runId), commits);
      }
      assert.ok(unclear.inserts > 0, 'no insert was hit');
    } finally {
      isOver = true;
      await mongo.close();
    }
  });

  describe('under runs', () => {
    let fleet: Fleet;
    let runs: Runs;
    let expected: Json;
    before(async () => {
      const env = {
        KAFKA_BOOTSTRAP_SERVERS: cluster.bootstrapServers,
        MONGODB_URI: replicas.uri('runs'),
        BATON_KAFKA_REPLICATION: '2',
      };
      const ready = await baton(['setup'], { dataDir: folder.path, env });
      assert.equal(ready.code, 0, ready.stderr);
      fleet = await openFleet(env, folder.path);
      runs = await openRuns(env, folder.path);
      expected = await runs.all(1);
    });
    after(async () => {
      await runs.close();
      await fleet.close();
    });

    for (const signal of ['SIGKILL', 'SIGTERM'] as const)
      it(`of the brokers, the one that leads by ${signal}: runs end without it, and it comes back`, async () => {
        await cluster.inSync();
        const leader = await cluster.leader();
        const ended = runs.all(10);
        await leader.stop(signal);
        await ended;
        await leader.start();
        await cluster.inSync();
        await runs.all(3);
      });

    it('of the database, whose primary steps down and is then killed', async () => {
      const first = runs.all(10);
      await replicas.stepDown();
      await first;
      const second = runs.all(10);
      const comeBack = await replicas.killPrimary();
      await second;
      await comeBack();
    });

    it('and nothing was lost, doubled or decided twice', async () => {
      await runs.verify(fleet.lines(), expected);
    });
  });
});

/** Commits of one run, one after the other. */
async function write(
  store: CommitStore,
  unclear: { inserts: number },
  isOver: () => boolean,
): Promise<readonly Commit[]> {
  const runId = newRunId();
  const commits: Commit[] = [];
  while (!isOver()) {
    const commit = sampleCommit(runId, commits.length + 1);
    let answer: readonly string[] | undefined;
    while (answer === undefined)
      answer = await store.insert([commit]).catch((error: unknown) => {
        assert.ok(error instanceof InfrastructureError, String(error));
        unclear.inserts += 1;
        return undefined;
      });
    assert.deepEqual(answer, ['stored']);
    commits.push(commit);
  }
  return commits;
}
