/**
 * Folds each run of a round, with the definition it began with and the claim checks its expressions want.
 * A run whose folding rests on a guess (something was absorbed, empty or stale on cached state) is named for reloading.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { absent } from '#core/run/evolve.ts';
import { type BatchDeps, type Turn, type Work } from './batch.ts';
import { loadBlobs, scopeOf } from './blobs.ts';
import { fold, type Folded } from './fold.ts';
import { bugOf, quarantine } from './quarantine.ts';

/** Blobs wanted one after the other by one decision, at most: an expression can only name so many. */
const blobRounds = 1000;

export interface FoldedRuns {
  readonly turns: readonly Turn[];
  readonly guesses: readonly Work[];
}

export async function foldRuns(deps: BatchDeps, work: readonly Work[]): Promise<FoldedRuns> {
  const turns: Turn[] = [];
  const guesses: Work[] = [];
  for (const one of work) {
    const folded = await foldSafely(deps, one);
    if (folded === undefined) continue;
    if (!one.fromPrimary && (folded.idle.length > 0 || folded.stale.length > 0)) guesses.push(one);
    else turns.push({ work: one, folded });
  }
  return { turns, guesses };
}

/** Undefined where a bug sent the run into quarantine. */
async function foldSafely(deps: BatchDeps, work: Work): Promise<Folded | undefined> {
  try {
    return await foldOne(deps, work);
  } catch (error) {
    if (error instanceof InfrastructureError) throw error;
    await quarantine(deps, work, bugOf(error));
    return undefined;
  }
}

async function foldOne(deps: BatchDeps, work: Work): Promise<Folded> {
  const run = work.entry?.run ?? absent;
  const digest = run.status === 'absent' ? undefined : run.workflow?.digest;
  const pinned = digest === undefined ? undefined : await deps.definitions.byDigest(digest);
  if (digest !== undefined && pinned === undefined && run.status === 'running') {
    throw new Error(`the definition ${digest} of the run is not stored`);
  }
  const definition = pinned ?? work.inputs.find((incoming) => incoming.definition !== undefined)?.definition;
  const blobs = new Map<string, Json>();
  const moment = { now: deps.clock.now(), random: deps.random.next() };
  const world = { agents: deps.agents, moment, blobs, ...(definition === undefined ? {} : { definition }) };
  for (let round = 0; round < blobRounds; round += 1) {
    const folded = fold(world, run, work.inputs, work.carryOn);
    if (!('needs' in folded)) return folded;
    const scope = run.status === 'absent' ? undefined : scopeOf(run);
    if (scope === undefined) throw new Error('a run that has not begun asked for stored values');
    await loadBlobs(deps.store.blobs, scope, folded.needs, blobs);
  }
  throw new Error(`a decision asked for more than ${blobRounds} stored values in turn`);
}
