/**
 * Claim checks as files: `<folder>/blobs/<tenant>/<run id>/<hex of the digest>`.
 * B1. A file under its final name is complete: written under another name, flushed, renamed, folder flushed.
 * B2. Nothing outside `blobs/` is ever touched: every part of a path fits a pattern without separators.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blobHex, blobMatches, blobScopeParts, verifyBlob } from '#core/blob-key.ts';
import { type BlobRef } from '#core/payload.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { storageError } from './storage-error.ts';

export interface BlobFiles extends BlobStore {
  removeRun(scope: BlobScope): Promise<void>;
}

export function createBlobs(folder: string, onSync: () => void): BlobFiles {
  const root = join(folder, 'blobs');
  const runFolder = (scope: BlobScope): string => join(root, ...blobScopeParts(scope));
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storageError(folder, error);
    }
  };

  return {
    put: (scope, blobs) =>
      translated(async () => {
        if (blobs.length === 0) return;
        const target = runFolder(scope);
        for (const { ref, bytes } of blobs) verifyBlob(ref, bytes);
        const isNew = (await mkdir(target, { recursive: true })) !== undefined;
        for (const { ref, bytes } of blobs) await writeFile(join(target, blobHex(ref)), ref, bytes, onSync);
        await syncFolders(isNew ? [target, dirname(target), root, folder] : [target], onSync);
      }),
    get: (scope, ref) =>
      translated(async () => {
        const bytes = await readIfThere(join(runFolder(scope), blobHex(ref)));
        return bytes === undefined || blobMatches(ref, bytes) ? bytes : 'altered';
      }),
    removeRun: (scope) => translated(() => rm(runFolder(scope), { recursive: true, force: true })),
  };
}

async function writeFile(path: string, ref: BlobRef, bytes: Uint8Array, onSync: () => void): Promise<void> {
  const there = await readIfThere(path);
  if (there !== undefined && blobMatches(ref, there)) return;
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
      onSync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A rename is durable once its folder is flushed. Windows has no such call, and its rename needs none. */
async function syncFolders(folders: readonly string[], onSync: () => void): Promise<void> {
  if (process.platform === 'win32') return;
  for (const folder of folders) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
      onSync();
    } finally {
      await handle.close();
    }
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
