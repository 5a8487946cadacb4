import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { tryHostLock } from './host-lock.ts';

it('is free again where its holder could not be written down', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-lock-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const inTheWay = join(folder, 'host.json');
  mkdirSync(inTheWay);
  assert.throws(() => tryHostLock(folder), InfrastructureError);
  rmSync(inTheWay, { recursive: true });
  const lock = tryHostLock(folder);
  assert.ok(lock, 'nobody has it');
  lock.release();
});
