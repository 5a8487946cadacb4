import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { type Config, readConfig } from '#adapters/config.ts';
import { readHostHolder, tryHostLock } from '#adapters/embedded/host-lock.ts';
import { presentHost } from './host-presence.ts';
import { temporaryFolder, until } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

function configOf(): Config {
  const config = readConfig({ BATON_DATA_DIR: folder.path });
  assert.ok(config.ok);
  return config.value;
}
const holder = (text: object): void => writeFileSync(join(folder.path, 'host.json'), JSON.stringify(text));

describe('the host of a data folder', () => {
  let lock: ReturnType<typeof tryHostLock>;
  afterEach(() => {
    lock?.release();
    lock = undefined;
  });

  it('is named while it lives', () => {
    assert.equal(presentHost(configOf()), undefined);
    lock = tryHostLock(folder.path);
    assert.equal(presentHost(configOf())?.pid, process.pid);
  });

  it('is not a later process that got its id', () => {
    lock = tryHostLock(folder.path);
    holder({ ...readHostHolder(folder.path), identity: 'of an earlier process' });
    assert.equal(presentHost(configOf()), undefined);
  });

  const noProc = existsSync('/proc/self/stat') ? false : 'there is no /proc here';

  it('is not a dead process that its parent has not collected', { skip: noProc }, async () => {
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    holder({ pid: Number(String(pid)), since: 0 });
    try {
      await until(() => presentHost(configOf()) === undefined, 'it is dead');
      assert.doesNotThrow(() => process.kill(Number(String(pid)), 0), 'its id is still taken');
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  });

  it('of which only the id is known is named while there is such a process', () => {
    holder({ pid: process.pid, since: 5 });
    assert.deepEqual(presentHost(configOf()), { pid: process.pid, since: 5 });
  });
});
