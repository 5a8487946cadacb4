import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeDataFolder } from './data-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'baton-folder-'));
after(() => rmSync(root, { recursive: true }));

describe('a folder', () => {
  it('is made with its parents, and once', () => {
    const path = join(root, 'a/b/../c');
    makeDataFolder(path);
    makeDataFolder(path);
    assert.ok(statSync(join(root, 'a/c')).isDirectory());
  });

  it('is not made below a file, or where a link leads nowhere', () => {
    writeFileSync(join(root, 'file'), '');
    symlinkSync(join(root, 'nowhere'), join(root, 'link'));
    for (const path of ['file', 'file/below', 'link'])
      assert.throws(() => makeDataFolder(join(root, path)), /EEXIST|ENOTDIR/, path);
  });

  it('is refused at once where the system takes none', { skip: !existsSync('/proc/self') }, () => {
    // In a process of its own: asking for ever would stop this one.
    const code = `import { makeDataFolder } from '${new URL('./data-folder.ts', import.meta.url).href}'; makeDataFolder('/proc/x/y');`;
    const { stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.equal(signal, null);
    assert.match(stderr, /ENOENT.*\/proc\/x/);
  });
});
