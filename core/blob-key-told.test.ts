/** What is said of a claim check that cannot be stored or is not what it names, word for word. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobHex, blobScopeParts, isBlobDigest, verifyBlob } from './blob-key.ts';
import { InfrastructureError } from './failure.ts';
import { sha256 } from './json.ts';

const told = (act: () => unknown): string => {
  try {
    return `no problem: ${String(act())}`;
  } catch (error) {
    assert.ok(error instanceof InfrastructureError);
    return error.message;
  }
};
const digest = `sha256:${'0a'.repeat(32)}`;

test('an id that cannot name a folder is shown, up to 80 characters', () => {
  const rest =
    'Expected: 1 to 128 letters, digits, dots, underscores and hyphens, the first no dot or hyphen. Fix: use such an id.';
  assert.equal(
    told(() => blobScopeParts({ tenant: '..', runId: 'r1' })),
    `BLOB_SCOPE: a tenant cannot name a folder. Got: "..". ${rest}`,
  );
  assert.equal(
    told(() => blobScopeParts({ tenant: 'acme', runId: '/'.repeat(81) })),
    `BLOB_SCOPE: a run id cannot name a folder. Got: "${'/'.repeat(80)}". ${rest}`,
  );
});

test('a digest of another form is shown, up to 80 characters', () => {
  assert.equal(
    told(() => blobHex({ digest: 'x'.repeat(81), bytes: 1 })),
    `BLOB_DIGEST: the digest of a claim check has another form. Got: "${'x'.repeat(80)}". ` +
      'Expected: sha256: and 64 lower-case hexadecimal digits. Fix: make the claim check with sha256 of core/json.ts.',
  );
});

test('a digest is the whole text, and nothing before or after it', () => {
  assert.ok(isBlobDigest(digest));
  for (const other of [`x${digest}`, `${digest}x`, digest.slice(7), ''])
    assert.ok(!isBlobDigest(other), other);
});

test('bytes that are not those of their claim check are told with what they are and what they should be', () => {
  const bytes = Buffer.from('other');
  const prefix = `BLOB_DIGEST: the given bytes are not those the claim check names. Got: 5 bytes, sha256:${sha256(bytes)}.`;
  assert.equal(
    told(() => {
      verifyBlob({ digest, bytes: 7 }, bytes);
    }),
    `${prefix} Expected: 7 bytes, ${digest}. Fix: make the claim check from these bytes.`,
  );
  assert.equal(
    told(() => {
      verifyBlob({ digest: 'x'.repeat(81), bytes: 7 }, bytes);
    }),
    `${prefix} Expected: 7 bytes, ${'x'.repeat(80)}. Fix: make the claim check from these bytes.`,
  );
});
