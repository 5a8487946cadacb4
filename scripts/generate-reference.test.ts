import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('the reference pages are those that the code describes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-reference.ts', '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});
