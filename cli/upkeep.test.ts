import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { baton, temporaryFolder } from './spawn.fixture.ts';

describe('upkeep', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  it('topics create names every topic, and may be repeated', async () => {
    const first = await baton(['topics', 'create'], { dataDir: folder.path });
    const second = await baton(['topics', 'create'], { dataDir: folder.path });
    assert.equal(first.code, 0);
    assert.match(first.stdout, /^workflow\.request {2}8 partitions$/m);
    assert.equal(second.stdout, first.stdout);
  });

  it('recover sends the open task of a run that nobody hosts again', async () => {
    const started = await baton(['run', 'design-and-provision', '--detach'], { dataDir: folder.path });
    assert.equal(started.code, 3, 'nobody hosts');
    const nothing = await baton(['recover', '--json'], { dataDir: folder.path });
    assert.deepEqual(JSON.parse(nothing.stdout), { runs: 0, effects: 0, released: 0 }, 'it has not begun');
    const run = await baton(['run', 'design-and-provision'], { dataDir: folder.path });
    assert.equal(run.code, 0, run.stderr);
    const embedded = openEmbedded({ folder: folder.path, clock: { now: () => Date.now() } });
    const [row] = await embedded.store.runs.list({ limit: 1 });
    await embedded.close();
    assert.ok(row);
    const ended = await baton(['recover', row.runId.slice(0, 6), '--json'], { dataDir: folder.path });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal((JSON.parse(ended.stdout) as { runs: number }).runs, 1);
  });

  it('recover of an unknown run is an error that says so', async () => {
    const { code, stderr } = await baton(['recover', 'zzzzzz'], { dataDir: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, /zzzzzz/);
  });
});
