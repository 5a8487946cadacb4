/** What the files of the embedded blob store promise beyond the contract of the port. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { sha256 } from '#core/json.ts';
import { type BlobFiles, createBlobs } from './blobs.ts';

const scope = { tenant: 'default', runId: 'run' };
const bytes = Buffer.from('"kept"');
const ref = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length };
let folder = '';
let blobs: BlobFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-blobs-'));
  blobs = createBlobs(folder, () => undefined);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const runFolder = (): string => join(folder, 'blobs', 'default', 'run');
const stored = (): string => join(runFolder(), sha256(bytes));

test('a blob is one file named after its digest, and nothing temporary stays', async () => {
  await blobs.put(scope, [{ ref, bytes }]);
  assert.deepEqual(readdirSync(runFolder()), [sha256(bytes)]);
});

test('a file that was changed is told on reading, and put right by writing again', async () => {
  await blobs.put(scope, [{ ref, bytes }]);
  writeFileSync(stored(), '"lost"');
  assert.equal(await blobs.get(scope, ref), 'altered');
  await blobs.put(scope, [{ ref, bytes }]);
  assert.deepEqual(await blobs.get(scope, ref), bytes);
});

test('the blobs of a run go together, and only they', async () => {
  const other = { ...scope, runId: 'other' };
  await blobs.put(scope, [{ ref, bytes }]);
  await blobs.put(other, [{ ref, bytes }]);
  await blobs.removeRun(scope);
  await blobs.removeRun(scope);
  assert.equal(await blobs.get(scope, ref), undefined);
  assert.deepEqual(await blobs.get(other, ref), bytes);
});

test('a folder that cannot be written gives a typed error', async () => {
  writeFileSync(join(folder, 'blobs'), 'a file where the folder should be');
  await assert.rejects(blobs.put(scope, [{ ref, bytes }]), InfrastructureError);
});
