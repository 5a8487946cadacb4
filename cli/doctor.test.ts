import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { nodeFinding } from './examine-installation.ts';
import { openScene } from './scene.fixture.ts';
import { baton, hasStack, root, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { readonly check: string; readonly state: string; readonly mend?: string }[];
}
const report = (stdout: string): Report => JSON.parse(stdout) as Report;
const find = (stdout: string, check: string) => report(stdout).checks.find((each) => each.check === check);

describe('doctor', () => {
  it('finds nothing broken before the first run, and makes no data folder', async () => {
    const dataDir = join(folder.path, 'fresh');
    const { code, stdout, stderr } = await baton(['doctor'], { dataDir });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /look at {2}model: no key is set[^]*mend: export OPENAI_API_KEY/);
    assert.equal(existsSync(dataDir), false);
  });

  it('names dead letters that wait, with the command that shows them', async () => {
    const scene = await openScene();
    try {
      const { code, stdout } = await baton(['doctor', '--json'], { dataDir: scene.dataDir });
      assert.equal(code, 0);
      assert.equal(find(stdout, 'dead letters')?.mend, './baton dlq list --open');
      assert.equal(find(stdout, 'topics')?.state, 'ok');
    } finally {
      scene.remove();
    }
  });

  it('ends with 4 where something is broken, each with what mends it', async () => {
    const dataDir = join(folder.path, 'newer');
    assert.equal((await baton(['topics', 'create'], { dataDir })).code, 0);
    const database = new DatabaseSync(join(dataDir, 'baton.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    mkdirSync(join(folder.path, 'workflows'));
    writeFileSync(join(folder.path, 'workflows', 'bad.yaml'), 'name: bad\n');
    const newer = await baton(['doctor', '--json'], { dataDir, cwd: folder.path });
    const wrongSettings = await baton(['doctor', '--json'], { env: { BATON_LOG: 'loud' } });
    const noFolder = await baton(['doctor', '--json'], { dataDir: join(root, 'package.json', 'x') });
    for (const { code, stdout, stderr } of [newer, wrongSettings, noFolder]) {
      assert.equal(code, 4, stdout);
      assert.equal(report(stdout).ok, false);
      for (const { state, mend } of report(stdout).checks) assert.equal(mend !== undefined, state !== 'ok');
      assert.equal(hasStack(stderr), false);
    }
    assert.match(find(newer.stdout, 'data')?.mend ?? '', /newer Baton/);
    assert.equal(find(newer.stdout, 'workflows')?.mend, './baton validate workflows/bad.yaml');
    assert.equal(find(wrongSettings.stdout, 'settings')?.state, 'broken');
    assert.equal(find(noFolder.stdout, 'data folder')?.state, 'broken');
  });

  it('finds a retention that every run would be refused for, with the days that work', async () => {
    const dataDir = join(folder.path, 'short');
    const env = { BATON_STORE_RETENTION_DAYS: '1' };
    const { code, stdout } = await baton(['doctor'], { dataDir, env });
    assert.equal(code, 4, stdout);
    assert.match(
      stdout,
      /broken {3}settings: CONFIG_TYPE: BATON_STORE_RETENTION_DAYS [^\n]*from 7, which topics keep/,
    );
    const run = await baton(['run', 'design-and-provision'], { dataDir, env });
    assert.equal(run.code, 4);
    assert.match(run.stderr, /CONFIG_TYPE[^]*from 7/);
    assert.equal((await baton(['doctor'], { dataDir, env: { BATON_STORE_RETENTION_DAYS: '7' } })).code, 0);
  });

  it('refuses an old Node by its code', () => {
    assert.equal(nodeFinding('24.1.0').state, 'ok');
    const old = nodeFinding('20.9.0');
    assert.equal(old.state, 'broken');
    assert.match(old.says, /RUNTIME_VERSION: needs 24, found 20\.9\.0/);
  });
});
