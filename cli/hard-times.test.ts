/** Disks that are full or read-only, streams that are closed: what a person is told, and that nothing is lost. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { env as surroundings } from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { baton, hasStack, root, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script of bash in which `baton` is the real command line. `alone`: with mounts of its own. */
function bash(script: string, options: { readonly dataDir: string; readonly alone?: boolean }): Told {
  const [program = 'bash', ...before] = options.alone === true ? [...ownMounts, 'bash'] : ['bash'];
  const prelude = `baton() { '${process.execPath}' '${join(root, 'cli/main.ts')}' "$@"; }\n`;
  const { status, stdout, stderr } = spawnSync(program, [...before, '-c', prelude + script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: surroundings['PATH'], HOME: surroundings['HOME'], BATON_DATA_DIR: options.dataDir },
  });
  assert.equal(hasStack(stderr), false, stderr);
  return { code: status ?? -1, stdout, stderr };
}

const ownMounts = ['unshare', '--user', '--map-root-user', '--mount'];
const canMount =
  spawnSync('unshare', [...ownMounts.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const skip = canMount ? false : 'no user namespaces here: run it where `unshare -Urm` works (Linux)';

/** What went wrong with the value, what was expected, how to fix it. */
const fourParts = (code: string): RegExp =>
  new RegExp(`^error\\[${code}\\]: .+\\n(?:got: .+\\n)?expected: .+\\nhelp: .+$`, 'm');

/** The data folder on a disk of 3 MB, of which `fill` leaves so many KB. */
function onSmallDisk(name: string, script: string): Told {
  const disk = join(folder.path, name);
  mkdirSync(disk);
  const prelude = `
    mount -t tmpfs -o size=3m none '${disk}'
    fill() { head -c $(( ($(df --output=avail -k '${disk}' | tail -1) - $1) * 1024 )) /dev/zero > '${disk}/fill'; }
  `;
  return bash(prelude + script.replaceAll('DISK', disk), { dataDir: join(disk, 'data'), alone: true });
}

describe('a full disk', { skip }, () => {
  it('ends whatever needs room with exit 4: SQLite wants a little even for reading', () => {
    const { stdout, stderr } = onSmallDisk(
      'full',
      `baton topics create --quiet >&2; fill 0
       baton runs list; echo "$?"; baton events publish examples/request.json; echo "$?"`,
    );
    assert.equal(stdout, '4\n4\n', stderr);
    assert.equal(stderr.match(/^error\[STORE_FULL\]/gm)?.length, 2);
    assert.match(stderr, fourParts('STORE_FULL'));
  });

  it('in the middle of a run ends `run` with exit 4 and says how the run goes on; with room again, it does', () => {
    const { code, stdout, stderr } = onSmallDisk(
      'filling',
      `baton topics create --quiet >&2; fill 200
       baton run design-and-provision >/dev/null; echo "full $?"
       rm DISK/fill; baton run design-and-provision --quiet >/dev/null; echo "room $?"
       baton runs list --json`,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^full 4\nroom 0\n/, stderr);
    assert.match(stderr, /^Run [0-9a-z]{26} .+; it is not lost: .+\.\/baton dev goes on with it/m);
    assert.match(stderr, fourParts('STORE_FULL'));
    const rows = JSON.parse(stdout.split('\n').at(2) ?? '') as readonly { readonly status: string }[];
    assert.equal(rows.length, 2);
  });
});

describe('a data folder that may not be written', { skip }, () => {
  it('is said, exit 4, by whatever needs it; doctor names the folder and what mends it', () => {
    const { stdout, stderr } = onSmallDisk(
      'read-only',
      `baton topics create --quiet >&2; mount -o remount,ro DISK
       for command in 'run design-and-provision' 'runs list' dev 'events publish examples/request.json'
       do baton $command --quiet; echo "$?"; done
       BATON_DATA_DIR=DISK/other baton runs list; echo "$?"
       baton doctor`,
    );
    // The last reads a folder that is not there, and makes none.
    assert.match(stdout, /^4\n4\n4\n4\n0\n/);
    assert.equal(stderr.match(/error\[STORE_READ_ONLY\]/g)?.length, 4, stderr);
    assert.match(stderr, fourParts('STORE_READ_ONLY'));
    assert.match(stdout, /broken +data folder: .+ may not be written\n +mend: set BATON_DATA_DIR/);
  });
});

describe('a limit on the size of files', () => {
  it('is said as trouble with the folder, exit 4', () => {
    const dataDir = join(folder.path, 'limited');
    const { code, stderr } = bash('ulimit -f 60; baton run design-and-provision --quiet', { dataDir });
    assert.equal(code, 4);
    assert.match(stderr, fourParts('STORE_IO'));
  });
});

describe('a data folder of a newer Baton', () => {
  it('is left alone, exit 4, with its version and the one that can be read', async () => {
    const dataDir = join(folder.path, 'newer');
    assert.equal((await baton(['topics', 'create'], { dataDir })).code, 0);
    const database = new DatabaseSync(join(dataDir, 'baton.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    for (const args of [['runs', 'list'], ['run', 'design-and-provision'], ['dev']]) {
      const { code, stdout, stderr } = await baton([...args, '--quiet'], { dataDir });
      assert.equal(code, 4);
      assert.equal(stdout, '');
      assert.match(stderr, fourParts('STORE_TOO_NEW'));
      assert.match(stderr, /got: schema version 99/);
    }
  });
});

describe('standard streams', () => {
  const dataDir = join(folder.path, 'streams');
  const told = (script: string): Told => bash(script, { dataDir });

  it('a reader that goes away is no error, and nothing is said', () => {
    const { stdout, stderr } = told('baton agents list | head -1; echo "${PIPESTATUS[0]}"');
    assert.match(stdout, /^AGENT .*\n0\n$/);
    assert.equal(stderr, '');
  });

  it('stdout without room is said on stderr, exit 4', { skip: process.platform !== 'linux' }, () => {
    const { code, stderr } = told('baton agents list > /dev/full');
    assert.equal(code, 4);
    assert.match(stderr, fourParts('OUTPUT'));
  });

  it('closed ones change no exit code', () => {
    const { stdout, stderr } = told(`
      baton agents list >&-; echo "$?"
      baton runs get zzzz 2>&-; echo "$?"
      baton agents list <&- >&- 2>&-; echo "$?"
      baton events publish - <&-; echo "$?"`);
    assert.equal(stdout, '0\n2\n0\n2\n');
    assert.match(stderr, /EVENT_MISSING|FILE_UNREADABLE/);
  });

  it('NO_COLOR, CI and a pipe leave no escape sequence in what is written', () => {
    const { stdout, stderr } = told('baton doctor; CI=1 baton runs list; NO_COLOR=1 baton rusn');
    assert.doesNotMatch(stdout + stderr, /\u001b/);
  });
});
