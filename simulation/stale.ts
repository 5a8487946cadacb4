/** What a primary that was deposed, and does not know it yet, answers: an older state of some runs. */
import { type StoredRun } from '#core/ports.ts';
import { type RunId } from '#core/ids.ts';
import { type Choices } from './choices.ts';

/** The same answer with the newest commits of each run missing. */
export function staleLoad(load: () => unknown, choices: Choices): ReadonlyMap<RunId, StoredRun> {
  const fresh = load() as ReadonlyMap<RunId, StoredRun>;
  const stale = new Map<RunId, StoredRun>();
  for (const [runId, run] of fresh) {
    const missing = choices.pick(run.commits.length + 1);
    const commits = run.commits.slice(0, run.commits.length - missing);
    if (commits.length === 0 && run.snapshot === undefined) continue;
    // A snapshot is never newer than the commits behind it.
    const newest = commits.at(-1)?.version ?? 0;
    stale.set(runId, run.snapshot !== undefined && run.snapshot.version > newest ? run : { ...run, commits });
  }
  return stale;
}
