/**
 * Claim checks in memory, by tenant and run, then by digest.
 * B1. Bytes are verified against their reference when they are put, and kept without a copy: nobody changes them.
 */
import { sha256 } from '#core/json.ts';
import { type BlobRef } from '#core/payload.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { type Synchronous } from './around.ts';
import { refusal } from './refusal.ts';

export interface MemoryBlobs extends Synchronous<BlobStore> {
  removeRun(scope: BlobScope): void;
}

// What the embedded store and object stores can name, so that the simulator refuses what they would.
const partPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

export function createMemoryBlobs(): MemoryBlobs {
  const runs = new Map<string, Map<string, Uint8Array>>();

  return {
    put(scope, blobs) {
      if (blobs.length === 0) return;
      const key = keyOf(scope);
      for (const { ref, bytes } of blobs) verify(ref, bytes);
      const kept = runs.get(key) ?? new Map<string, Uint8Array>();
      for (const { ref, bytes } of blobs) if (!kept.has(ref.digest)) kept.set(ref.digest, bytes);
      runs.set(key, kept);
    },
    get(scope, ref) {
      const [key, digest] = [keyOf(scope), checkedDigest(ref)];
      const bytes = runs.get(key)?.get(digest);
      return bytes === undefined || bytes.length === ref.bytes ? bytes : 'altered';
    },
    removeRun(scope) {
      runs.delete(keyOf(scope));
    },
  };
}

/** Neither part can hold the slash. */
const keyOf = ({ tenant, runId }: BlobScope): string =>
  `${checkedPart('tenant', tenant)}/${checkedPart('run id', runId)}`;

function checkedPart(what: string, value: string): string {
  if (partPattern.test(value)) return value;
  throw refusal({
    code: 'BLOB_SCOPE',
    what: `a ${what} cannot name a folder`,
    got: JSON.stringify(value.slice(0, 80)),
    expected: '1 to 128 letters, digits, dots, underscores and hyphens, the first no dot or hyphen',
    fix: 'use such an id',
  });
}

function checkedDigest({ digest }: BlobRef): string {
  if (digestPattern.test(digest)) return digest;
  throw refusal({
    code: 'BLOB_DIGEST',
    what: 'the digest of a claim check has another form',
    got: JSON.stringify(digest.slice(0, 80)),
    expected: 'sha256: and 64 lower-case hexadecimal digits',
    fix: 'make the claim check with sha256 of core/json.ts',
  });
}

function verify(ref: BlobRef, bytes: Uint8Array): void {
  const digest = `sha256:${sha256(bytes)}`;
  if (bytes.length === ref.bytes && digest === ref.digest) return;
  throw refusal({
    code: 'BLOB_DIGEST',
    what: 'the given bytes are not those the claim check names',
    got: `${bytes.length} bytes, ${digest}`,
    expected: `${ref.bytes} bytes, ${ref.digest.slice(0, 80)}`,
    fix: 'make the claim check from these bytes',
  });
}
