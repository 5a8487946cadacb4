import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { baton, hasStack, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
const at = (...args: readonly string[]) => baton(args, { dataDir });
const unknown = '01hq00000000000000000000zz';
let run = '';
before(async () => {
  const detached = await at('run', 'design-and-provision', '--detach');
  assert.equal(detached.code, 3, detached.stderr);
  run = detached.stdout.trim();
});
after(() => folder.remove());

describe('a run that was asked for where nobody hosts', () => {
  it('is said to wait by every command that shows what it has done, exit 3', async () => {
    for (const args of [
      ['runs', 'get', run],
      ['trace', run],
      ['runs', 'retry', run, '--detach'],
      ['recover', run],
    ]) {
      const { code, stdout, stderr } = await at(...args);
      assert.equal(code, 3, stderr);
      assert.equal(stdout, '');
      assert.match(
        stderr,
        new RegExp(`^error\\[RUN_NOT_BEGUN\\]: run ${run} was asked for and has not begun`),
      );
      assert.match(stderr, /^expected: .+\nhelp: \.\/baton dev/m);
    }
  });

  it('is counted by runs list and doctor', async () => {
    const list = await at('runs', 'list');
    assert.equal(list.code, 0);
    assert.match(list.stderr, /^1 run was asked for and has not begun, for nobody hosts: \.\/baton dev/m);
    assert.doesNotMatch(list.stderr, /No run in/);
    assert.equal((await at('runs', 'list', '--json')).stdout, '[]\n');
    const doctor = await at('doctor');
    assert.match(doctor.stdout, /^look at {2}host: nobody hosts, and 1 run waits\n +mend: \.\/baton dev$/m);
  });
});

describe('a whole id of no run', () => {
  it('is not taken for one that waits, exit 2', async () => {
    for (const args of [
      ['runs', 'get', unknown],
      ['runs', 'watch', unknown],
    ]) {
      for (const place of [dataDir, join(folder.path, 'none')]) {
        const { code, stderr } = await baton(args, { dataDir: place });
        assert.equal(code, 2, stderr);
        assert.match(stderr, new RegExp(`^error\\[RUN_NOT_FOUND\\]: no run in \\S+ has the id '${unknown}'`));
        assert.match(stderr, /^expected: .+\nhelp: .+/m);
        assert.equal(hasStack(stderr), false);
      }
    }
  });
});
