import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { begin, end, newRunId, sampleCommit } from '#tests/contract/samples.ts';
import { type Embedded, openEmbedded } from './open.ts';

const topic = 'joint';

describe('joint writes of a data folder', () => {
  let folder: string;
  let embedded: Embedded;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'baton-joint-'));
    embedded = openEmbedded({ folder, clock: { now: () => 1 } });
    await embedded.log.createTopics([{ name: topic, partitions: 2 }]);
  });
  afterEach(async () => {
    await embedded.close();
    rmSync(folder, { recursive: true });
  });

  const record = (value: Uint8Array) => ({ topic, key: 'k', value, headers: [] });

  it('cost one sync, whatever is in them', async () => {
    const [runId, ended] = [newRunId(), newRunId()];
    const id = `${runId}:s:1`;
    await embedded.store.invocations.claim([{ id, owner: 'me', leaseUntil: 100 }], 1);
    const before = embedded.syncs();
    await embedded.joint.storeAndSend([
      { before: begin(runId), commit: sampleCommit(runId, 1), records: [record(Buffer.of(1))], after: [] },
      { commit: sampleCommit(ended, 1), records: [record(Buffer.of(2))], after: [end(ended)] },
    ]);
    assert.equal(embedded.syncs() - before, 1);
    const outcome = { status: 'finished', result: null } as const;
    await embedded.joint.finishAndSend(
      [{ finish: { id, owner: 'me', outcome }, response: record(Buffer.of(3)) }],
      () => undefined,
    );
    assert.equal(embedded.syncs() - before, 2);
  });

  it('wake whoever reads the topic', async () => {
    const consumer = await embedded.log.consumer({ topic, group: 'g' });
    const polled = consumer.poll({ maxRecords: 10, maxWaitMs: 10_000 });
    await embedded.joint.storeAndSend([{ records: [record(Buffer.of(7))], after: [] }]);
    assert.deepEqual(
      (await polled).map(({ value }) => value?.[0]),
      [7],
    );
    await consumer.close();
  });

  it('are undone whole where a part of them fails: nothing stored, nothing sent, nothing told', async () => {
    const runId = newRunId();
    const id = `${runId}:s:1`;
    await embedded.store.invocations.claim([{ id, owner: 'me', leaseUntil: 100 }], 1);
    const unwritable = record('text is no bytes' as never);
    await assert.rejects(
      embedded.joint.storeAndSend([
        { before: begin(runId), commit: sampleCommit(runId, 1), records: [unwritable], after: [end(runId)] },
      ]),
      /cannot store TEXT value/,
    );
    assert.deepEqual(await embedded.store.commits.history(runId), []);
    assert.equal(await embedded.store.runs.get(runId), undefined);

    const recorded: string[] = [];
    const finish = { id, owner: 'me', outcome: { status: 'accepted' } } as const;
    await assert.rejects(
      embedded.joint.finishAndSend([{ finish, response: unwritable }], (done) => recorded.push(done)),
      /cannot store TEXT value/,
    );
    assert.deepEqual(recorded, []);
    const [claim] = await embedded.store.invocations.claim([{ id, owner: 'other', leaseUntil: 9 }], 2);
    assert.equal(claim?.status, 'running');
  });
});
