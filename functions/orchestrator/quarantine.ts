/** Sets one run aside after a bug or a broken chain, so that it costs one run and not a partition. */
import { failure } from '#core/failure.ts';
import { putDeadLetters } from '../dead-letters.ts';
import { type BatchDeps, type Work } from './batch.ts';

export async function quarantine(
  deps: BatchDeps,
  work: Work,
  problem: { readonly code: string; readonly reason: string },
): Promise<void> {
  work.entry = undefined; // nothing of it goes back into the cache
  deps.logger.error({ runId: work.runId, ...problem }, 'run quarantined');
  await putDeadLetters(
    { log: deps.log, blobs: deps.store.blobs, logger: deps.logger },
    work.inputs.map(({ record }) => ({ record, problem })),
  );
  // After the letters: a crash in between repeats them, and loses nothing.
  const error = { ...failure('AGENT_THREW', problem.reason), code: problem.code };
  await deps.store.runs.write([{ type: 'quarantine', runId: work.runId, error }]);
}

/** What was thrown, as one line for the dead letter. */
export const bugOf = (thrown: unknown): { readonly code: string; readonly reason: string } => ({
  code: 'ENGINE_BUG',
  reason: `the engine failed on this input: ${thrown instanceof Error ? thrown.message : String(thrown)}. Please report it.`,
});
