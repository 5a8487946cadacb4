/**
 * A run as the orchestrator holds it between loading and storing: folded state, the head of its chain, and the commits
 * whose effects may not have been sent.
 * E1. `published` never passes a commit that may still have to be sent.
 * E2. Loading checks the chain: every commit names the digest of the one before it.
 * E3. A snapshot carries what lies below it and may still have to be sent, so that loading begins at it, however long
 *     an attempt stays open.
 */
import { commitDigest } from '#core/commit.ts';
import { evolveCommit, absent, type PresentRun } from '#core/run/evolve.ts';
import { effectsOf, isSpent } from '#core/run/effects.ts';
import { ofSnapshot } from '#core/run/snapshot.ts';
import { type RunEvent, type RunState } from '#core/run/types.ts';
import { commitSchema, type Cause, type Commit, type StoredRun } from '#core/ports.ts';

export interface Entry {
  readonly run: PresentRun;
  /** Digest of the commit of `run.version`. */
  readonly head: string;
  /** Effects of every version up to this one are known to be acknowledged, or need no sending. */
  readonly published: number;
  /** Commits above `published`, ascending; those that are not there need no sending any more. */
  readonly tail: readonly TailCommit[];
  /** Version of the last snapshot written or loaded. */
  readonly snapshotAt: number;
}

export interface TailCommit {
  readonly commit: Commit;
  /** This process has seen its effects acknowledged. */
  readonly acknowledged: boolean;
}

/** A stored run that cannot be gone on with; its message says why. One that is live is quarantined. */
export class StoredRunProblem extends Error {
  override readonly name = 'StoredRunProblem';
  readonly code: 'STATE_VERSION_NEWER' | 'STATE_CORRUPT';
  /** What to do about a run that is set aside for it. */
  readonly mending: string;
  constructor(code: 'STATE_VERSION_NEWER' | 'STATE_CORRUPT', why: string, mending: string) {
    super(why);
    this.code = code;
    this.mending = mending;
  }
}

/** Folds what was loaded. Undefined where the run has no commit. Throws `StoredRunProblem`. */
export function entryOf(stored: StoredRun): Entry | undefined {
  const { snapshot, damaged } = stored;
  if (damaged !== undefined) throw new StoredRunProblem('STATE_CORRUPT', unreadable(damaged), restoring);
  const newest = Math.max(snapshot?.schema ?? 0, ...stored.commits.map((commit) => commit.schema));
  if (newest > commitSchema) {
    const problem = `a stored commit has schema ${newest}; this version reads up to ${commitSchema}.`;
    throw new StoredRunProblem('STATE_VERSION_NEWER', problem, 'Upgrade Baton, then `./baton recover`.');
  }
  let run: RunState = snapshot === undefined ? absent : ofSnapshot(snapshot.state);
  let head = snapshot?.head;
  let before: string | undefined;
  for (const commit of stored.commits) {
    const digest = commitDigest(commit);
    const folded = commit.version <= (snapshot?.version ?? 0);
    const expected = folded ? before : head;
    if (expected !== undefined && commit.parent !== expected) throw broken(commit);
    if (!folded) {
      if (commit.version !== (run.status === 'absent' ? 1 : run.version + 1)) throw broken(commit);
      run = evolveCommit(run, commit);
      head = digest;
    }
    before = digest;
  }
  if (run.status === 'absent' || head === undefined) return undefined;
  const published = stored.commits.at(-1)?.published ?? snapshot?.published ?? 0;
  return {
    run,
    head,
    published,
    tail: [...(snapshot?.open ?? []), ...stored.commits]
      .filter((commit) => commit.version > published)
      .map((commit) => ({ commit, acknowledged: false })),
    snapshotAt: snapshot?.version ?? 0,
  };
}

/** The same with no more in its tail than may still have to be sent: what a snapshot of it carries (E3). */
export const withoutSpent = (entry: Entry): Entry => ({
  ...entry,
  tail: entry.tail.filter(({ acknowledged, commit }) => !acknowledged && !isSpent(entry.run, commit)),
});

/** The entry after `commit` was stored; its effects are not acknowledged yet. */
export function withCommit(before: Entry | undefined, commit: Commit, run: PresentRun): Entry {
  const tail = (before?.tail ?? []).filter((past) => past.commit.version > commit.published);
  return {
    run,
    head: commitDigest(commit),
    published: commit.published,
    tail: [...tail, { commit, acknowledged: false }],
    snapshotAt: before?.snapshotAt ?? 0,
  };
}

export function acknowledge(entry: Entry, versions: ReadonlySet<number>): Entry {
  const tail = entry.tail.map((past) =>
    versions.has(past.commit.version) ? { ...past, acknowledged: true } : past,
  );
  let published = entry.published;
  let sent = 0;
  while (tail[sent]?.acknowledged === true) {
    published = tail[sent]?.commit.version ?? published;
    sent += 1;
  }
  return { ...entry, published, tail: tail.slice(sent) };
}

/**
 * `published` for the next commit, which leaves the run in `after`: past commits that were acknowledged, and past
 * those whose tasks have all been settled, since these need no sending any more (E1). So the range that loading has
 * to read stays short even where every commit is written by another process.
 */
export function publishedFor(before: Entry | undefined, after: PresentRun): number {
  let published = before?.published ?? 0;
  for (const past of before?.tail ?? []) {
    if (!past.acknowledged && !isSpent(after, past.commit)) break;
    published = past.commit.version;
  }
  return published;
}

/** The commits above `published` that this very record caused, whose effects may not have been sent. */
export const unsentCommitsOf = (entry: Entry, cause: Cause): readonly Commit[] =>
  entry.tail.flatMap(({ acknowledged, commit }) =>
    !acknowledged && commit.causes.some((other) => isSamePlace(other, cause)) ? [commit] : [],
  );

/**
 * The commit that ended the run, if its output may not have been sent. Whoever was to send it may have been answered
 * from a primary that did not know the run any more; the row, still waiting to be ended, wakes the run all the same.
 */
export const unsentEndOf = (entry: Entry): readonly Commit[] =>
  entry.tail.flatMap(({ acknowledged, commit }) =>
    !acknowledged && effectsOf(commit).some(({ type }) => type === 'output') ? [commit] : [],
  );

/**
 * Commits that took up ready work which an earlier one had no room for. Their causes are the causes of that earlier
 * one, and another sandbox may have had these acknowledged before this commit was stored: then no record brings its
 * tasks back, and the wake that every such run is due for does.
 */
export const unsentFurtherOf = (entry: Entry): readonly Commit[] =>
  entry.tail.flatMap(({ acknowledged, commit }) => (!acknowledged && tookUpWork(commit) ? [commit] : []));

const ofAnInput: ReadonlySet<RunEvent['type']> = new Set([
  'run.started',
  'step.completed',
  'attempt.failed',
  'response.late',
  'cancel.requested',
  'approval.decided',
  'approval.ignored',
  'start.conflicted',
  'wake.consumed',
]);

/** What an input did begins with the input itself; ready work goes straight to its steps. */
const tookUpWork = ({ events: [first] }: Commit): boolean =>
  first !== undefined && !ofAnInput.has(first.type);

const isSamePlace = (a: Cause, b: Cause): boolean =>
  a.topic === b.topic && a.partition === b.partition && a.offset === b.offset;

const broken = (commit: Commit): StoredRunProblem =>
  new StoredRunProblem(
    'STATE_CORRUPT',
    `commit ${commit.version} of run ${commit.runId} does not follow the commit before it; expected an unbroken chain.`,
    restoring,
  );

const unreadable = (damaged: string): string =>
  `of the stored run, ${damaged} cannot be read; expected JSON as it was written.`;

const restoring = 'The run is set aside; restore its commits from a backup, then `./baton recover`.';
