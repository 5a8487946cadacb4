/**
 * Claim checks, in parts: a document holds 16 MB at most, and a value may be larger.
 * B1. Whoever holds a reference finds all parts: `put` returns after a majority has the last of them.
 * B2. An id is made of a tenant, a run id and a digest that fit a pattern without separators, so no range of ids ever
 *     reaches into another run.
 */
import { Binary, type Filter } from 'mongodb';
import { blobHex, blobMatches, blobScopeParts, isBlobScope, verifyBlob } from '#core/blob-key.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { type BlobDocument, type Database } from './database.ts';
import { bytes } from './fields.ts';
import { writeInOrder } from './ordered-writes.ts';

const partBytes = 8 * 1024 * 1024;

export function createBlobs({ blobs, guarded }: Database): BlobStore {
  return {
    put: (scope, given) =>
      guarded(async () => {
        if (given.length === 0) return;
        const prefix = prefixOf(scope);
        for (const one of given) verifyBlob(one.ref, one.bytes);
        // Replaced and not only inserted, so that a blob altered since is whole again.
        const writes = given.flatMap((one) =>
          partsOf(`${prefix}${blobHex(one.ref)}`, one.bytes).map(({ _id, ...replacement }) => ({
            replaceOne: { filter: { _id }, replacement, upsert: true },
          })),
        );
        await writeInOrder(blobs, writes);
      }),
    get: (scope, ref) =>
      guarded(async () => {
        const range = rangeOf(`${prefixOf(scope)}${blobHex(ref)}/`);
        const found = await blobs.find(range, { sort: { _id: 1 } }).toArray();
        if (found.length === 0) return undefined;
        const whole = Buffer.concat(found.map((one) => bytes(one, 'bytes')));
        return blobMatches(ref, whole) ? whole : 'altered';
      }),
  };
}

/** Every part of every blob of a run; none where no blob can have been stored. */
export const blobRanges = (scope: BlobScope): readonly Filter<BlobDocument>[] =>
  isBlobScope(scope) ? [rangeOf(prefixOf(scope))] : [];

/** `prefix` ends with a slash, and 0 follows it. */
const rangeOf = (prefix: string): Filter<BlobDocument> => ({
  _id: { $gt: prefix, $lt: `${prefix.slice(0, -1)}0` },
});

function partsOf(name: string, whole: Uint8Array): readonly BlobDocument[] {
  const parts: BlobDocument[] = [];
  // An empty value has one part as well, else it could not be told from none.
  for (let at = 0; at === 0 || at < whole.length; at += partBytes)
    parts.push({
      _id: `${name}/${String(parts.length).padStart(6, '0')}`,
      bytes: new Binary(whole.subarray(at, at + partBytes)),
    });
  return parts;
}

const prefixOf = (scope: BlobScope): string => `${blobScopeParts(scope).join('/')}/`;
