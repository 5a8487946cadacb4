/**
 * Claim checks: values too big for the log travel as references to stored bytes.
 * CC1. A blob is written and verified before its reference leaves.   CC2. What is loaded has the digest that was referred to.
 */
import { failure, no, ok, type Result } from '#core/failure.ts';
import { canonicalJson, sha256, type Json } from '#core/json.ts';
import { inlineLimitBytes, type BlobRef, type Payload } from '#core/payload.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { type Soon } from '../soon.ts';
import { placeAt } from './pointer.ts';

/** The whole value, every reference in its place. `BLOB_MISSING` may be tried again, `BLOB_DIGEST` may not. */
export function loadPayload(blobs: BlobStore, scope: BlobScope, payload: Payload): Soon<Result<Json>> {
  const { value, refs } = payload;
  return refs === undefined ? ok(value) : withRefs(blobs, scope, value, refs);
}

async function withRefs(
  blobs: BlobStore,
  scope: BlobScope,
  bare: Json,
  refs: NonNullable<Payload['refs']>,
): Promise<Result<Json>> {
  let value = bare;
  for (const { at, ref } of refs) {
    const loaded = await load(blobs, scope, ref);
    if (!loaded.ok) return loaded;
    const placed = placeAt(value, at, loaded.value);
    if (placed === undefined) {
      return no(
        failure(
          'AGENT_INPUT_INVALID',
          `a claim check has no place: got pointer '${at}', expected one to a null in the task input. Send the task again from its run.`,
        ),
      );
    }
    value = placed;
  }
  return ok(value);
}

/** The value as it may travel: itself up to 16 KiB of JSON text, else stored, with `null` and a reference in its place. */
export function checkIn(blobs: BlobStore, scope: BlobScope, value: Json): Soon<Payload> {
  const plain = JSON.stringify(value);
  // A UTF-16 unit is at most three bytes: most values need no counting.
  if (plain.length * 3 <= inlineLimitBytes || Buffer.byteLength(plain) <= inlineLimitBytes) return { value };
  const bytes = new TextEncoder().encode(canonicalJson(value));
  const ref: BlobRef = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.byteLength };
  return blobs.put(scope, [{ ref, bytes }]).then(() => ({ value: null, refs: [{ at: '', ref }] }));
}

async function load(blobs: BlobStore, scope: BlobScope, ref: BlobRef): Promise<Result<Json>> {
  const got = await blobs.get(scope, ref);
  if (got === 'altered') return no(altered(ref));
  if (got === undefined) {
    const message = `a claim check points at nothing: got ${ref.digest} (${ref.bytes} bytes) of run ${scope.runId}, expected a stored blob. It may have been deleted with its run; the attempt is made again.`;
    return no(failure('BLOB_MISSING', message, { retryable: true }));
  }
  if (`sha256:${sha256(got)}` !== ref.digest) return no(altered(ref));
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(got)) as Json);
  } catch {
    return no(altered(ref));
  }
}

const altered = (ref: BlobRef) =>
  failure(
    'BLOB_DIGEST',
    `a claim check points at other bytes than were stored: expected ${ref.digest} (${ref.bytes} bytes). Restore the blob from a backup, or start the run again.`,
  );
