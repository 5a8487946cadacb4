/** The result of a run as one JSON object: what `run` and `runs watch` print last. */
import { loadPayload } from '#functions/agent/claim-check.ts';
import { assertNever } from '#core/assert-never.ts';
import { type Json, type JsonObject } from '#core/json.ts';
import { type Payload } from '#core/payload.ts';
import { type BlobStore } from '#core/ports.ts';
import { type FinishedRun, type RunFacts } from '#core/run/types.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { toldError } from './problem.ts';

/** `{run, workflow, status, outputs | failure, step? | by, reason?}` with claim checks resolved. */
export async function resultOf(blobs: BlobStore, run: FinishedRun): Promise<JsonObject> {
  const { outcome } = run;
  const head = { run: run.runId, workflow: workflowOf(run), status: outcome.status };
  switch (outcome.status) {
    case 'completed':
      return { ...head, outputs: await valueOf(blobs, run, outcome.outputs) };
    case 'failed': {
      const { code, message, retryable, details } = outcome.failure;
      const failure = { code, message, retryable, ...(details === undefined ? {} : { details }) };
      return { ...head, failure, ...(outcome.step === undefined ? {} : { step: outcome.step }) };
    }
    case 'cancelled':
      return { ...head, by: outcome.by, ...(outcome.reason === undefined ? {} : { reason: outcome.reason }) };
    default:
      return assertNever(outcome);
  }
}

export const exitOf = (run: FinishedRun): ExitCode =>
  run.outcome.status === 'completed' ? exitCodes.ok : exitCodes.failed;

export const workflowOf = (run: RunFacts): string => run.workflow?.name ?? run.asked;

/** A payload with its claim checks loaded and verified. Throws `CliError` where one cannot be. */
export async function valueOf(
  blobs: BlobStore,
  run: { readonly tenant: string; readonly runId: string },
  payload: Payload,
): Promise<Json> {
  const loaded = await loadPayload(blobs, { tenant: run.tenant, runId: run.runId }, payload);
  if (loaded.ok) return loaded.value;
  throw toldError(exitCodes.configuration, loaded.problem);
}
