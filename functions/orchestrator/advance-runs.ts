/**
 * Takes a batch of inputs through to commits, effects and rows.
 * A1. A run's state changes only by an insert that wins; who loses reloads and decides again.
 * A2. No effect is sent before its commit is stored; the batch is acknowledged only after all were.
 * A3. "Nothing to do" rests on state read from the primary in this invocation, never on the cache.
 * A4. Only `InfrastructureError` escapes: the batch comes again, and finds its finished inputs absorbed.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type RunId } from '#core/ids.ts';
import { type BatchDeps, type Turn, type Work } from './batch.ts';
import { foldRuns } from './fold-runs.ts';
import { type Incoming } from './incoming.ts';
import { loadRuns, takeCached } from './load-runs.ts';
import { settleIdle } from './settle-idle.ts';
import { storeTurns } from './store-turns.ts';

/** Lost races and further commits of one run in one batch, at most; after that the batch comes again. */
const roundLimit = 50;

export async function advanceRuns(
  deps: BatchDeps,
  inputs: readonly Incoming[],
  outOfTime: () => boolean,
): Promise<void> {
  const all = groupByRun(inputs);
  takeCached(deps, all);
  let pending: readonly Work[] = all;
  for (let round = 0; pending.length > 0; round += 1) {
    if (round >= roundLimit)
      throw new InfrastructureError(`runs are contended: ${roundLimit} rounds in one batch`);
    if (round > 0 && outOfTime())
      throw new InfrastructureError('the function is about to time out; the batch comes again');
    pending = await runRound(deps, pending);
  }
  deps.cache.put(all.flatMap((work) => work.entry ?? []));
}

/** One round; returns what needs another: lost races, and work that one commit could not take. */
async function runRound(deps: BatchDeps, pending: readonly Work[]): Promise<readonly Work[]> {
  const cached = pending.filter((work) => work.entry !== undefined);
  const missing = pending.filter((work) => work.entry === undefined);
  const loaded = missing.length === 0 ? [] : await loadRuns(deps, missing);
  const { turns: first, guesses } = await foldRuns(deps, [...cached, ...loaded].filter(stands));
  const turns = guesses.length === 0 ? first : [...first, ...(await foldAgain(deps, guesses))];
  for (const { work, folded } of turns) refuseStale(work, folded.stale);
  if (turns.some(({ folded }) => folded.idle.length > 0)) await settleIdle(deps, turns);
  const { lost, unfinished } = await storeTurns(deps, turns);
  for (const work of lost) {
    work.entry = undefined;
    work.fromPrimary = false;
  }
  return [...lost, ...unfinished];
}

/** A3. On state that is no guess any more. */
const foldAgain = async (deps: BatchDeps, guesses: readonly Work[]): Promise<readonly Turn[]> =>
  (await foldRuns(deps, (await loadRuns(deps, guesses)).filter(stands))).turns;

/** Of a run past retention only a tombstone is left: whatever still comes for it, a repeated start included, changes nothing. */
const stands = (work: Work): boolean => !work.tombstone;

/** The state came from the primary and still does not know the attempt: wait for it, unless the run is long gone. */
function refuseStale(work: Work, stale: readonly Incoming[]): void {
  if (stale.length === 0) return;
  throw new InfrastructureError(
    `run ${work.runId} was read without an attempt that was dispatched: a stale read. The batch comes again.`,
  );
}

function groupByRun(inputs: readonly Incoming[]): readonly Work[] {
  const groups = new Map<RunId, Incoming[]>();
  for (const incoming of inputs) {
    const group = groups.get(incoming.runId);
    if (group === undefined) groups.set(incoming.runId, [incoming]);
    else group.push(incoming);
  }
  return [...groups].map(([runId, group]) => ({
    runId,
    inputs: group,
    carryOn: false,
    carriedCauses: [],
    entry: undefined,
    fromPrimary: false,
    tombstone: false,
  }));
}
