/** Brings the runs of a batch into memory: from the cache, or read from the primary in one query for all. */
import { InfrastructureError } from '#core/failure.ts';
import { type RunId } from '#core/ids.ts';
import { type StoredRun } from '#core/ports.ts';
import { type BatchDeps, type Work } from './batch.ts';
import { type DeadLetter, putDeadLetters } from '../dead-letters.ts';
import { entryOf, StoredRunProblem } from './entry.ts';
import { bugOf, quarantine } from './quarantine.ts';

/** Groups by run, order kept; entries come out of the cache where they are there. */
export function takeCached(deps: BatchDeps, work: readonly Work[]): void {
  for (const one of work) one.entry = deps.cache.take(one.runId);
}

/** Reads these runs; those that are quarantined, or have to be, are left out of what is returned. */
export async function loadRuns(deps: BatchDeps, work: readonly Work[]): Promise<readonly Work[]> {
  if (work.length === 0) return [];
  const stored = await deps.store.commits.load(work.map((one) => one.runId));
  const usable: Work[] = [];
  const refused: DeadLetter[] = [];
  for (const one of work) {
    const run = stored.get(one.runId);
    if (run?.quarantined === true)
      refused.push(...one.inputs.map((incoming) => quarantined(one.runId, incoming)));
    else if (await place(deps, one, run)) usable.push(one);
  }
  if (refused.length > 0)
    await putDeadLetters({ log: deps.log, blobs: deps.store.blobs, logger: deps.logger }, refused);
  return usable;
}

async function place(deps: BatchDeps, work: Work, stored: StoredRun | undefined): Promise<boolean> {
  work.fromPrimary = true;
  work.tombstone = stored?.tombstone ?? false;
  try {
    work.entry = stored === undefined ? undefined : entryOf(stored);
    return true;
  } catch (error) {
    if (error instanceof InfrastructureError) throw error;
    // What this version cannot fold (an event of another one, say) costs the run, as a bug does: not its partition.
    const known = error instanceof StoredRunProblem;
    const problem = known ? { code: error.code, reason: `${error.message} ${error.mending}` } : bugOf(error);
    await quarantine(deps, work, problem);
    return false;
  }
}

const quarantined = (runId: RunId, incoming: Work['inputs'][number]): DeadLetter => ({
  record: incoming.record,
  problem: {
    code: 'RUN_QUARANTINED',
    reason: `run ${runId} is quarantined; expected a run that can go on. Mend the cause, then \`./baton recover ${runId}\` and redrive.`,
  },
});
