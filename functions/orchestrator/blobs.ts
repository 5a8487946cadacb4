/**
 * Claim checks of a run: checked when a result names them, loaded when an expression wants them.
 * BL1. A result whose claim checks are not stored, or are not JSON that Baton takes, is a failed attempt: so no
 *      decision ever waits for a blob.
 */
import { failure, type Failure } from '#core/failure.ts';
import { checkJson, parseJsonBytes } from '#core/json-bytes.ts';
import { type Json } from '#core/json.ts';
import { type BlobRef, type Payload } from '#core/payload.ts';
import { type BlobScope, type BlobStore } from '#core/ports.ts';
import { type PresentRun } from '#core/run/evolve.ts';

/** Claim checks in one result, at most. */
const refLimit = 100;

export const scopeOf = (run: PresentRun): BlobScope => ({ tenant: run.tenant, runId: run.runId });

/** What is wrong with the claim checks of a result; undefined where they are all there (nearly always: there are none). */
export async function checkRefs(
  store: BlobStore,
  scope: BlobScope,
  payload: Payload,
): Promise<Failure | undefined> {
  const refs = payload.refs ?? [];
  if (refs.length > refLimit) {
    const problem = `the result has ${refs.length} claim checks; expected at most ${refLimit}. Store larger parts together.`;
    return failure('PAYLOAD_TOO_LARGE', problem);
  }
  for (const { ref } of refs) {
    const bytes = await store.get(scope, ref);
    if (bytes === undefined || bytes === 'altered') return unusable(ref, bytes);
    const parsed = parseJsonBytes(bytes);
    const problem = parsed.ok ? checkJson(parsed.value.value) : parsed.problem;
    if (problem !== undefined) {
      return failure(
        'AGENT_OUTPUT_INVALID',
        `blob ${ref.digest} is not a JSON value Baton takes: ${problem.message}`,
      );
    }
  }
  return undefined;
}

/** Loads each blob into `into`, by digest. One that has gone since its result was recorded is corruption, and throws. */
export async function loadBlobs(
  store: BlobStore,
  scope: BlobScope,
  refs: readonly BlobRef[],
  into: Map<string, Json>,
): Promise<void> {
  for (const ref of refs) {
    if (into.has(ref.digest)) continue;
    const bytes = await store.get(scope, ref);
    const parsed = bytes === undefined || bytes === 'altered' ? undefined : parseJsonBytes(bytes);
    if (parsed?.ok !== true)
      throw new Error(`BLOB_MISSING: blob ${ref.digest} of run ${scope.runId} cannot be read`);
    into.set(ref.digest, parsed.value.value);
  }
}

/** Copies every blob that the payloads refer to from one run to another. */
export async function copyBlobs(
  store: BlobStore,
  from: BlobScope,
  to: BlobScope,
  payloads: readonly Payload[],
): Promise<Failure | undefined> {
  for (const { ref } of payloads.flatMap((payload) => payload.refs ?? [])) {
    const bytes = await store.get(from, ref);
    if (bytes === undefined || bytes === 'altered') return unusable(ref, bytes);
    await store.put(to, [{ ref, bytes }]);
  }
  return undefined;
}

function unusable(ref: BlobRef, found: 'altered' | undefined): Failure {
  if (found === 'altered') {
    const problem = `blob ${ref.digest} (${ref.bytes} bytes) holds other bytes; expected those its reference names.`;
    return failure('BLOB_DIGEST', `${problem} Let the agent make the reference from the bytes it stores.`);
  }
  const problem = `blob ${ref.digest} (${ref.bytes} bytes) is not stored; expected it to be written before its reference was sent.`;
  const fix = 'Check that the agent writes to the same store and waits for the write.';
  return failure('BLOB_MISSING', `${problem} ${fix}`, { retryable: true });
}
