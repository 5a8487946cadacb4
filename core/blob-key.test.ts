import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blobHex, blobMatches, blobScopeParts, isBlobScope, verifyBlob } from './blob-key.ts';
import { InfrastructureError } from './failure.ts';
import { sha256 } from './json.ts';

const bytes = Buffer.from('a large value');
const ref = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length };
const refused = (code: string) => (error: unknown) =>
  error instanceof InfrastructureError && error.message.startsWith(`${code}: `);

describe('the key of a claim check', () => {
  it('is tenant, run id and the digest without its prefix', () => {
    assert.deepEqual(blobScopeParts({ tenant: 'acme', runId: 'r1' }), ['acme', 'r1']);
    assert.equal(blobHex(ref), sha256(bytes));
  });

  for (const part of ['', '.', '..', '.hidden', '-first', 'a/b', 'a\\b', 'a\0b', 'ä', 'a b', 'a'.repeat(129)])
    it(`refuses ${JSON.stringify(part.slice(0, 12))} (${part.length} characters) as tenant and as run id`, () => {
      assert.throws(() => blobScopeParts({ tenant: part, runId: 'r1' }), refused('BLOB_SCOPE'));
      assert.throws(() => blobScopeParts({ tenant: 'acme', runId: part }), refused('BLOB_SCOPE'));
      assert.equal(isBlobScope({ tenant: part, runId: 'r1' }), false);
      assert.equal(isBlobScope({ tenant: 'acme', runId: part }), false);
    });

  it('takes 128 characters, and dots and hyphens after the first', () => {
    assert.ok(isBlobScope({ tenant: 'a'.repeat(128), runId: '_.-9' }));
  });

  for (const digest of [
    '',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(65)}`,
    `md5:${'a'.repeat(64)}`,
  ])
    it(`refuses the digest ${JSON.stringify(digest.slice(0, 16))}`, () => {
      assert.throws(() => blobHex({ digest, bytes: 1 }), refused('BLOB_DIGEST'));
    });

  it('holds bytes against both their length and their digest', () => {
    assert.ok(blobMatches(ref, bytes));
    assert.doesNotThrow(() => {
      verifyBlob(ref, bytes);
    });
    for (const other of [
      { ...ref, bytes: 1 },
      { ...ref, digest: `sha256:${'0'.repeat(64)}` },
    ]) {
      assert.equal(blobMatches(other, bytes), false);
      assert.throws(() => {
        verifyBlob(other, bytes);
      }, refused('BLOB_DIGEST'));
    }
  });
});
