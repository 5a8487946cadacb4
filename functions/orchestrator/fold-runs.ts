/**
 * Folds each run of a round, with the definition it began with and the claim checks its expressions want.
 * A run whose folding rests on a guess (something was absorbed, empty or stale on cached state) is named for reloading.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { type BlobRef } from '#core/payload.ts';
import { type BlobScope } from '#core/ports.ts';
import { absent } from '#core/run/evolve.ts';
import { type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type Soon, whenThere } from '../soon.ts';
import { type BatchDeps, type Turn, type Work } from './batch.ts';
import { loadBlobs, scopeOf } from './blobs.ts';
import { fold, type Folded, type FoldWorld } from './fold.ts';
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
    try {
      const soon = foldOne(deps, one);
      const folded = soon instanceof Promise ? await soon : soon;
      if (!one.fromPrimary && (folded.idle.length > 0 || folded.stale.length > 0)) guesses.push(one);
      else turns.push({ work: one, folded });
    } catch (error) {
      if (error instanceof InfrastructureError) throw error;
      await quarantine(deps, one, bugOf(error));
    }
  }
  return { turns, guesses };
}

function foldOne(deps: BatchDeps, work: Work): Soon<Folded> {
  const run = work.entry?.run ?? absent;
  const digest = run.status === 'absent' ? undefined : run.workflow?.digest;
  if (digest === undefined) return foldWith(deps, work, run, undefined);
  return whenThere(deps.definitions.byDigest(digest), (pinned) => {
    if (pinned === undefined && run.status === 'running')
      throw new Error(`the definition ${digest} of the run is not stored, or this version cannot read it`);
    return foldWith(deps, work, run, pinned);
  });
}

function foldWith(deps: BatchDeps, work: Work, run: RunState, pinned: Definition | undefined): Soon<Folded> {
  const definition = pinned ?? work.inputs.find((incoming) => incoming.definition !== undefined)?.definition;
  const moment = { now: deps.clock.now(), random: deps.random.next() };
  const blobs = new Map<string, Json>();
  const world = { agents: deps.agents, moment, blobs, ...(definition === undefined ? {} : { definition }) };
  const folded = fold(world, run, work.inputs, work.carryOn);
  return 'needs' in folded ? foldAsking(deps, work, run, world, folded.needs) : folded;
}

async function foldAsking(
  deps: BatchDeps,
  work: Work,
  run: RunState,
  world: FoldWorld,
  first: readonly BlobRef[],
): Promise<Folded> {
  const scope = scopeOfWork(work, run);
  let needs = first;
  for (let round = 0; round < blobRounds; round += 1) {
    await loadBlobs(deps.store.blobs, scope, needs, world.blobs);
    const folded = fold(world, run, work.inputs, work.carryOn);
    if (!('needs' in folded)) return folded;
    needs = folded.needs;
  }
  throw new Error(`a decision asked for more than ${blobRounds} stored values in turn`);
}

/** A run that begins has stored values already where it is a retry: those it takes over were copied for it. */
function scopeOfWork(work: Work, run: RunState): BlobScope {
  if (run.status !== 'absent') return scopeOf(run);
  for (const { input } of work.inputs)
    if (input.type === 'start') return { tenant: input.tenant, runId: work.runId };
  throw new Error('a run that has not begun asked for stored values');
}
