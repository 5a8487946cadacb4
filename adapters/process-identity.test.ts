import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fromPs, identityOf } from './process-identity.ts';

test('a process has one identity for its life, another one has another, and none is left after its end', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const identity = identityOf(pid);
  assert.ok(identity !== undefined);
  assert.equal(identityOf(pid), identity);
  assert.notEqual(identityOf(process.pid), identity);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(identityOf(pid), undefined);
});

const noPs = spawnSync('/bin/ps', ['-V']).error === undefined ? false : 'there is no ps here';

test('ps tells processes apart where there is no /proc', { skip: noPs }, () => {
  assert.match(fromPs(process.pid) ?? '', /^ps:\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  assert.equal(fromPs(2 ** 30), undefined);
});
