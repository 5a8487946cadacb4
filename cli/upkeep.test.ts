import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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

  it('setup registers workflows once, and leaves active what somebody activated since', async () => {
    const own = temporaryFolder();
    const file = join(own.path, 'older.yaml');
    const name = 'design-and-provision';
    const shipped = readFileSync(join(import.meta.dirname, '..', 'workflows', `${name}.yaml`), 'utf8');
    writeFileSync(file, shipped.replace(/^version: .*$/m, 'version: "0.0.1"'));
    const activeIn = async () => (JSON.parse((await baton(['workflows', 'list', '--json'], { dataDir: own.path })).stdout) as readonly { name: string; version: string; active: boolean }[]).find((one) => one.name === name && one.active)?.version; // prettier-ignore
    for (const args of [['setup'], ['workflows', 'register', file], ['setup']]) {
      const { code, stderr } = await baton(args, { dataDir: own.path });
      assert.equal(code, 0, stderr);
    }
    assert.equal(await activeIn(), '0.0.1');
    own.remove();
  });

  it('recover sends the open task of a run that nobody hosts again', async () => {
    const started = await baton(['run', 'design-and-provision', '--detach'], { dataDir: folder.path });
    assert.equal(started.code, 3, 'nobody hosts');
    const nothing = await baton(['recover', '--json'], { dataDir: folder.path });
    assert.deepEqual(
      JSON.parse(nothing.stdout),
      { runs: 0, effects: 0, released: 0, unreadable: [] },
      'it has not begun',
    );
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

  it('recover signs nothing on Kafka with a key of its own making', async () => {
    const own = temporaryFolder();
    const { code, stderr } = await baton(['recover'], {
      dataDir: own.path,
      env: {
        KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
        MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=rs0',
      },
    });
    assert.equal(code, 4);
    assert.match(stderr, /CAPABILITY_KEYS_MISSING[^]*BATON_CAPABILITY_KEYS/);
    own.remove();
  });

  it('recover names a run that it cannot read, and ends with 1', async () => {
    const own = temporaryFolder();
    const folderOf = { dataDir: own.path };
    assert.equal((await baton(['run', 'design-and-provision'], folderOf)).code, 0);
    const database = new DatabaseSync(join(own.path, 'baton.db'));
    database.exec("update commits set body = '{'");
    database.close();
    const { code, stdout, stderr } = await baton(['recover', '@last'], folderOf);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^1 run looked at, 0 open tasks sent again, 0 runs released$/m);
    assert.match(stderr, /Not recovered: 1 run whose history cannot be read: [0-9a-z]{26}\./);
    own.remove();
  });

  it('recover of an unknown run is an error that says so', async () => {
    const { code, stderr } = await baton(['recover', 'zzzzzz'], { dataDir: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, /zzzzzz/);
  });
});
