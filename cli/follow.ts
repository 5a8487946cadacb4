/** Follows one run in the store until it has ended, whoever works on it. */
import { setTimeout as pause } from 'node:timers/promises';
import { type RunId } from '#core/ids.ts';
import { type Commit, type CommitStore } from '#core/ports.ts';
import { absent, evolveCommit } from '#core/run/evolve.ts';
import { type RunState } from '#core/run/types.ts';

export interface Seen {
  /** The whole history so far. */
  readonly commits: readonly Commit[];
  readonly run: RunState;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Called now and then while nothing new is there. */
  readonly idle?: (seen: Seen) => Promise<void>;
}

const shortestMs = 10;
const longestMs = 200;

/** Yields whenever there is something new; ends with the run, or when `signal` aborts. */
export async function* followRun(
  commits: CommitStore,
  runId: RunId,
  { signal, idle }: FollowOptions,
): AsyncGenerator<Seen, void, void> {
  let seen: Seen = { commits: [], run: absent };
  let waitMs = shortestMs;
  while (!signal.aborted) {
    const history = await commits.history(runId);
    if (history.length > seen.commits.length) {
      seen = { commits: history, run: history.slice(seen.commits.length).reduce(evolveCommit, seen.run) };
      waitMs = shortestMs;
      yield seen;
      if (seen.run.status === 'finished') return;
    } else {
      waitMs = Math.min(longestMs, waitMs * 1.5);
      await idle?.(seen);
    }
    // Aborting wakes the pause with an error that says nothing new.
    await pause(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
