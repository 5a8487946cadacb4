import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { readCapabilityKeyFile } from './capability-key-file.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'baton-key-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('the capability key of a data folder', () => {
  it('is made once, for its owner only, and is the same ever after', () => {
    const data = join(folder, 'new', 'data');
    const [first] = readCapabilityKeyFile(data);
    assert.equal(first.secret.length, 32);
    assert.deepEqual(readCapabilityKeyFile(data), [first]);
    assert.equal(statSync(join(data, 'capability.key')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(data), ['capability.key'], 'no draft is left');
  });

  it('may be followed by older ones, which still verify', () => {
    const [old] = readCapabilityKeyFile(folder);
    const path = join(folder, 'capability.key');
    const key = Buffer.alloc(32, 1).toString('base64');
    writeFileSync(path, `new:${key}\n${readFileSync(path, 'utf8')}`);
    assert.deepEqual(
      readCapabilityKeyFile(folder).map((entry) => entry.id),
      ['new', old.id],
    );
  });

  it('is refused without showing it where it is damaged', () => {
    writeFileSync(join(folder, 'capability.key'), 'canary-not-a-key');
    assert.throws(
      () => readCapabilityKeyFile(folder),
      (error: unknown) =>
        error instanceof InfrastructureError &&
        /damaged/.test(error.message) &&
        !error.message.includes('canary'),
    );
  });

  it('is an infrastructure error where it cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    chmodSync(folder, 0o700);
    assert.throws(() => readCapabilityKeyFile(join(folder, 'file')), InfrastructureError);
  });
});
