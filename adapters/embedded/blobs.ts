/**
 * Claim checks as files: `<folder>/blobs/<tenant>/<run id>/<hex of the digest>`.
 * B1. A file under its final name is complete: written under another name, flushed, renamed, folder flushed.
 * B2. Nothing outside `blobs/` is ever touched: every part of a path fits a pattern without separators.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '#core/json.ts';
import { type BlobRef } from '#core/payload.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { infrastructureError, storageError } from './storage-error.ts';

export interface BlobFiles extends BlobStore {
  removeRun(scope: BlobScope): Promise<void>;
}

const partPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^sha256:([0-9a-f]{64})$/;

export function createBlobs(folder: string, onSync: () => void): BlobFiles {
  const root = join(folder, 'blobs');
  const runFolder = ({ tenant, runId }: BlobScope): string =>
    join(root, part('tenant', tenant), part('run id', runId));
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
        for (const { ref, bytes } of blobs) verify(ref, bytes);
        const isNew = (await mkdir(target, { recursive: true })) !== undefined;
        for (const { ref, bytes } of blobs) await writeFile(join(target, fileName(ref)), ref, bytes, onSync);
        await syncFolders(isNew ? [target, dirname(target), root, folder] : [target], onSync);
      }),
    get: (scope, ref) =>
      translated(async () => {
        const bytes = await readIfThere(join(runFolder(scope), fileName(ref)));
        return bytes === undefined || matches(ref, bytes) ? bytes : 'altered';
      }),
    removeRun: (scope) => translated(() => rm(runFolder(scope), { recursive: true, force: true })),
  };
}

async function writeFile(path: string, ref: BlobRef, bytes: Uint8Array, onSync: () => void): Promise<void> {
  const there = await readIfThere(path);
  if (there !== undefined && matches(ref, there)) return;
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

const matches = (ref: BlobRef, bytes: Uint8Array): boolean =>
  bytes.length === ref.bytes && `sha256:${sha256(bytes)}` === ref.digest;

function verify(ref: BlobRef, bytes: Uint8Array): void {
  if (matches(ref, bytes)) return;
  throw infrastructureError({
    code: 'BLOB_DIGEST',
    what: 'the given bytes are not those the claim check names',
    got: `${bytes.length} bytes, sha256:${sha256(bytes)}`,
    expected: `${ref.bytes} bytes, ${ref.digest.slice(0, 80)}`,
    fix: 'make the claim check from these bytes',
  });
}

function fileName(ref: BlobRef): string {
  const hex = digestPattern.exec(ref.digest)?.[1];
  if (hex !== undefined) return hex;
  throw infrastructureError({
    code: 'BLOB_DIGEST',
    what: 'the digest of a claim check has another form',
    got: JSON.stringify(ref.digest.slice(0, 80)),
    expected: 'sha256: and 64 lower-case hexadecimal digits',
    fix: 'make the claim check with sha256 of core/json.ts',
  });
}

function part(what: string, value: string): string {
  if (partPattern.test(value)) return value;
  throw infrastructureError({
    code: 'BLOB_SCOPE',
    what: `a ${what} cannot name a folder`,
    got: JSON.stringify(value.slice(0, 80)),
    expected: '1 to 128 letters, digits, dots, underscores and hyphens, the first no dot or hyphen',
    fix: 'use such an id',
  });
}
