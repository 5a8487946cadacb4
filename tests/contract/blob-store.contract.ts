/** The contract of `BlobStore`, for every adapter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StoreSubject, contractSuite, infrastructureProblem } from './contract-suite.ts';
import { newRunId, sampleBlob } from './samples.ts';

const scopeOf = (runId: string, tenant = 'default') => ({ tenant, runId });

export function testBlobStore(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testPutAndGet(subject);
    testRefusals(subject);
  });
}

function testPutAndGet(subject: () => StoreSubject): void {
  test('bytes are given back exactly, small, large and several at once', async () => {
    const { blobs } = subject().store;
    const scope = scopeOf(newRunId());
    const all = [sampleBlob(''), sampleBlob({ text: 'ü鍵🎷' }), sampleBlob('x'.repeat(3_000_000))];
    await blobs.put(scope, all);
    for (const { ref, bytes } of all)
      assert.deepEqual(Buffer.from((await blobs.get(scope, ref)) ?? []), bytes);
    await blobs.put(scope, []);
  });

  test('the same bytes twice are one blob', async () => {
    const { blobs } = subject().store;
    const scope = scopeOf(newRunId());
    const one = sampleBlob('twice');
    await blobs.put(scope, [one, one]);
    await Promise.all(Array.from({ length: 5 }, () => blobs.put(scope, [one])));
    assert.deepEqual(Buffer.from((await blobs.get(scope, one.ref)) ?? []), one.bytes);
  });

  test('a blob belongs to one run of one tenant', async () => {
    const { blobs } = subject().store;
    const id = newRunId();
    const one = sampleBlob('mine');
    await blobs.put(scopeOf(id), [one]);
    assert.equal(await blobs.get(scopeOf(newRunId()), one.ref), undefined);
    assert.equal(await blobs.get(scopeOf(id), { ...one.ref, bytes: one.ref.bytes + 1 }), 'altered');
    assert.equal(await blobs.get(scopeOf(id, 'other'), one.ref), undefined);
  });

  test('where nothing is stored there is nothing', async () => {
    const { blobs } = subject().store;
    const scope = scopeOf(newRunId());
    assert.equal(await blobs.get(scope, sampleBlob('none').ref), undefined);
    await blobs.put(scope, [sampleBlob('some')]);
    assert.equal(await blobs.get(scope, sampleBlob('none').ref), undefined);
  });
}

function testRefusals(subject: () => StoreSubject): void {
  test('bytes that are not those of the reference are refused, and nothing is stored', async () => {
    const { blobs } = subject().store;
    const scope = scopeOf(newRunId());
    const [one, other] = [sampleBlob('one'), sampleBlob('two')];
    await assert.rejects(
      () => blobs.put(scope, [other, { ref: one.ref, bytes: other.bytes }]),
      infrastructureProblem(/BLOB_DIGEST/, one.ref.digest),
    );
    const wrongLength = { ref: { ...one.ref, bytes: one.ref.bytes + 1 }, bytes: one.bytes };
    await assert.rejects(() => blobs.put(scope, [wrongLength]), infrastructureProblem(/BLOB_DIGEST/));
    assert.equal(await blobs.get(scope, one.ref), undefined);
  });

  test('no scope and no digest leads out of the store', async () => {
    const { blobs } = subject().store;
    const one = sampleBlob('escape');
    for (const bad of ['', '.', '..', '../x', 'a/b', 'a\\b', '/etc', 'a\0b', 'x'.repeat(300)]) {
      for (const scope of [scopeOf(bad), scopeOf(newRunId(), bad)]) {
        await assert.rejects(() => blobs.put(scope, [one]), infrastructureProblem(/BLOB_SCOPE/));
        await assert.rejects(() => blobs.get(scope, one.ref), infrastructureProblem(/BLOB_SCOPE/));
      }
      const ref = { digest: `sha256:${bad}`, bytes: 1 };
      await assert.rejects(() => blobs.get(scopeOf(newRunId()), ref), infrastructureProblem(/BLOB_DIGEST/));
    }
  });
}
