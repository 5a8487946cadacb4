/**
 * What names a claim check in every store: tenant, run id and digest.
 * BK1. No part holds a separator or begins with a dot: none reaches out of its run, whether as path, key or range.
 */
import { sha256 } from './json.ts';
import { patterns } from './ids.ts';
import { type BlobRef } from './payload.ts';
import { type BlobScope } from './ports.ts';
import { refusal } from './refusal.ts';

const digestPattern = /^sha256:([0-9a-f]{64})$/;

/** Whether anything can be stored under it at all. */
export const isBlobScope = ({ tenant, runId }: BlobScope): boolean =>
  patterns.tenant.test(tenant) && patterns.tenant.test(runId);

/** Both parts as they are. Throws `InfrastructureError` (`BLOB_SCOPE`). */
export const blobScopeParts = ({ tenant, runId }: BlobScope): readonly [tenant: string, runId: string] => [
  checkedPart('tenant', tenant),
  checkedPart('run id', runId),
];

export const isBlobDigest = (digest: string): boolean => digestPattern.test(digest);

/** The 64 hexadecimal digits of the digest. Throws `InfrastructureError` (`BLOB_DIGEST`). */
export function blobHex({ digest }: BlobRef): string {
  const hex = digestPattern.exec(digest)?.[1];
  if (hex !== undefined) return hex;
  throw refusal({
    code: 'BLOB_DIGEST',
    what: 'the digest of a claim check has another form',
    got: JSON.stringify(digest.slice(0, 80)),
    expected: 'sha256: and 64 lower-case hexadecimal digits',
    fix: 'make the claim check with sha256 of core/json.ts',
  });
}

export const blobMatches = (ref: BlobRef, bytes: Uint8Array): boolean =>
  bytes.length === ref.bytes && `sha256:${sha256(bytes)}` === ref.digest;

/** Throws `InfrastructureError` (`BLOB_DIGEST`) where the bytes are not those the reference names. */
export function verifyBlob(ref: BlobRef, bytes: Uint8Array): void {
  if (blobMatches(ref, bytes)) return;
  throw refusal({
    code: 'BLOB_DIGEST',
    what: 'the given bytes are not those the claim check names',
    got: `${bytes.length} bytes, sha256:${sha256(bytes)}`,
    expected: `${ref.bytes} bytes, ${ref.digest.slice(0, 80)}`,
    fix: 'make the claim check from these bytes',
  });
}

function checkedPart(what: string, value: string): string {
  if (patterns.tenant.test(value)) return value;
  throw refusal({
    code: 'BLOB_SCOPE',
    what: `a ${what} cannot name a folder`,
    got: JSON.stringify(value.slice(0, 80)),
    expected: '1 to 128 letters, digits, dots, underscores and hyphens, the first no dot or hyphen',
    fix: 'use such an id',
  });
}
