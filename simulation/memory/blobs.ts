/**
 * Claim checks in memory, by tenant and run, then by digest.
 * B1. Bytes are verified against their reference when they are put, and kept without a copy: nobody changes them.
 */
import { blobHex, blobScopeParts, verifyBlob } from '#core/blob-key.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { type Synchronous } from './around.ts';

export interface MemoryBlobs extends Synchronous<BlobStore> {
  removeRun(scope: BlobScope): void;
}

export function createMemoryBlobs(): MemoryBlobs {
  const runs = new Map<string, Map<string, Uint8Array>>();

  return {
    put(scope, blobs) {
      if (blobs.length === 0) return;
      const key = keyOf(scope);
      for (const { ref, bytes } of blobs) verifyBlob(ref, bytes);
      const kept = runs.get(key) ?? new Map<string, Uint8Array>();
      for (const { ref, bytes } of blobs) if (!kept.has(blobHex(ref))) kept.set(blobHex(ref), bytes);
      runs.set(key, kept);
    },
    get(scope, ref) {
      const [key, hex] = [keyOf(scope), blobHex(ref)];
      const bytes = runs.get(key)?.get(hex);
      return bytes === undefined || bytes.length === ref.bytes ? bytes : 'altered';
    },
    removeRun(scope) {
      runs.delete(keyOf(scope));
    },
  };
}

/** Neither part can hold the slash. */
const keyOf = (scope: BlobScope): string => blobScopeParts(scope).join('/');
