/**
 * Claim checks, in parts: a document holds 16 MB at most, and a value may be larger.
 * B1. Whoever holds a reference finds all parts: `put` returns after a majority has the last of them.
 * B2. An id is made of a tenant, a run id and a digest that fit a pattern without separators, so no range of ids ever
 *     reaches into another run.
 */
import { Binary, type Filter } from 'mongodb';
import { sha256 } from '#core/json.ts';
import { type BlobRef } from '#core/payload.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { type BlobDocument, type Database } from './database.ts';
import { bytes } from './fields.ts';
import { writeInOrder } from './ordered-writes.ts';
import { infrastructureError } from './store-error.ts';

const partBytes = 8 * 1024 * 1024;

const partPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^sha256:([0-9a-f]{64})$/;

export function createBlobs({ blobs, guarded }: Database): BlobStore {
  return {
    put: (scope, given) =>
      guarded(async () => {
        if (given.length === 0) return;
        const prefix = prefixOf(scope);
        for (const one of given) verify(one.ref, one.bytes);
        // Replaced and not only inserted, so that a blob altered since is whole again.
        const writes = given.flatMap((one) =>
          partsOf(`${prefix}${nameOf(one.ref)}`, one.bytes).map(({ _id, ...replacement }) => ({
            replaceOne: { filter: { _id }, replacement, upsert: true },
          })),
        );
        await writeInOrder(blobs, writes);
      }),
    get: (scope, ref) =>
      guarded(async () => {
        const range = rangeOf(`${prefixOf(scope)}${nameOf(ref)}/`);
        const found = await blobs.find(range, { sort: { _id: 1 } }).toArray();
        if (found.length === 0) return undefined;
        const whole = Buffer.concat(found.map((one) => bytes(one, 'bytes')));
        return matches(ref, whole) ? whole : 'altered';
      }),
  };
}

/** Every part of every blob of a run; none where no blob can have been stored. */
export const blobRanges = ({ tenant, runId }: BlobScope): readonly Filter<BlobDocument>[] =>
  partPattern.test(tenant) && partPattern.test(runId) ? [rangeOf(`${tenant}/${runId}/`)] : [];

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

const prefixOf = ({ tenant, runId }: BlobScope): string =>
  `${part('tenant', tenant)}/${part('run id', runId)}/`;

const matches = (ref: BlobRef, found: Uint8Array): boolean =>
  found.length === ref.bytes && `sha256:${sha256(found)}` === ref.digest;

function verify(ref: BlobRef, given: Uint8Array): void {
  if (matches(ref, given)) return;
  throw infrastructureError({
    code: 'BLOB_DIGEST',
    what: 'the given bytes are not those the claim check names',
    got: `${given.length} bytes, sha256:${sha256(given)}`,
    expected: `${ref.bytes} bytes, ${ref.digest.slice(0, 80)}`,
    fix: 'make the claim check from these bytes',
  });
}

function nameOf(ref: BlobRef): string {
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
    what: `a ${what} cannot name a blob`,
    got: JSON.stringify(value.slice(0, 80)),
    expected: '1 to 128 letters, digits, dots, underscores and hyphens, the first no dot or hyphen',
    fix: 'use such an id',
  });
}
