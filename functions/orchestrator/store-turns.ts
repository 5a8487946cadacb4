/**
 * Stores what was folded, sends its effects, and follows up. The order of these steps is the protocol:
 * blobs, rows that must be there first, commits, effects, rows that come after.
 */
import { type RunWrite } from '#core/ports.ts';
import { commitSchema, type Cause, type Commit } from '#core/ports.ts';
import { effectsOf, isOpen } from '#core/run/effects.ts';
import { type PresentRun } from '#core/run/evolve.ts';
import { toSnapshot } from '#core/run/snapshot.ts';
import { putDeadLetters } from '../dead-letters.ts';
import { endOf, marksOf, writeAfter, writeBefore } from './aftermath.ts';
import { type BatchDeps, type Turn, type Work } from './batch.ts';
import { scopeOf } from './blobs.ts';
import {
  acknowledge,
  publishedFor,
  unsentCommitsOf,
  unsentEndOf,
  unsentFurtherOf,
  withCommit,
  type Entry,
} from './entry.ts';
import { recordOf } from './outbox.ts';

interface Draft {
  readonly work: Work;
  readonly folded: Turn['folded'];
  readonly run: PresentRun;
  readonly commit: Commit;
  readonly before: RunWrite | undefined;
}

export interface Stored {
  readonly lost: readonly Work[];
  readonly unfinished: readonly Work[];
}

export async function storeTurns(deps: BatchDeps, turns: readonly Turn[]): Promise<Stored> {
  const drafts = turns.flatMap((turn) => draftOf(deps, turn) ?? []);
  await prepare(deps, drafts);
  const outcomes =
    drafts.length === 0 ? [] : await deps.store.commits.insert(drafts.map(({ commit }) => commit));
  const won = drafts.filter((_, index) => outcomes[index] === 'stored');
  const lost = drafts.filter((_, index) => outcomes[index] !== 'stored').map(({ work }) => work);
  for (const { work, commit, run } of won) {
    work.entry = withCommit(work.entry, commit, run);
    work.fromPrimary = true; // proved by the insert
  }
  // A run that lost the race decides again on other state: what was absorbed is looked at again then.
  const kept = turns.filter(({ work }) => !lost.includes(work));
  await publishAndFollow(deps, won, kept);
  return { lost, unfinished: kept.flatMap(({ work, folded }) => leftOf(work, folded) ?? []) };
}

function draftOf(deps: BatchDeps, { work, folded }: Turn): Draft | undefined {
  const { run } = folded;
  if (folded.events.length === 0 || run.status === 'absent') return undefined;
  const version = (work.entry?.run.version ?? 0) + 1;
  const after = { ...run, version };
  const commit: Commit = {
    schema: commitSchema,
    runId: work.runId,
    version,
    ...(work.entry === undefined ? {} : { parent: work.entry.head }),
    causes: causesOf(work, folded),
    events: folded.events,
    published: publishedFor(work.entry, after),
    at: deps.clock.now(),
  };
  return {
    work,
    folded,
    run: after,
    commit,
    before: writeBefore(work.entry?.run ?? { status: 'absent' }, after, version),
  };
}

/** What has to be durable before the commits: claim checks, first rows, earlier wake-ups, letters of conflicting starts. */
async function prepare(deps: BatchDeps, drafts: readonly Draft[]): Promise<void> {
  for (const { run, folded } of drafts) {
    if (folded.spilled.length > 0) await deps.store.blobs.put(scopeOf(run), folded.spilled);
  }
  const conflicts = drafts.flatMap(({ work, folded }) =>
    folded.conflicts.map(({ record }) => ({
      record,
      problem: {
        code: 'CE_ID_REUSE',
        reason: `run ${work.runId} began with another payload under this id or idempotency key; expected the same one. Use a new id.`,
      },
    })),
  );
  if (conflicts.length > 0)
    await putDeadLetters({ log: deps.log, blobs: deps.store.blobs, logger: deps.logger }, conflicts);
  const writes = drafts.flatMap(({ before }) => before ?? []);
  if (writes.length > 0) await deps.store.runs.write(writes);
}

/** One produce call for the round: effects of what was stored, and of absorbed records whose effects may be unsent. */
async function publishAndFollow(
  deps: BatchDeps,
  won: readonly Draft[],
  kept: readonly Turn[],
): Promise<void> {
  const commits = new Map<Work, Set<Commit>>();
  const add = (work: Work, commit: Commit): void => {
    const known = commits.get(work) ?? new Set();
    commits.set(work, known.add(commit));
  };
  for (const { work, commit } of won) add(work, commit);
  for (const { work, folded } of kept) {
    if (work.entry === undefined) continue;
    for (const { cause } of folded.idle)
      for (const unsent of unsentCommitsOf(work.entry, cause)) add(work, unsent);
    if (isWoken(folded))
      for (const unsent of [...unsentFurtherOf(work.entry), ...unsentEndOf(work.entry)]) add(work, unsent);
  }
  if (commits.size > 0) await publish(deps, commits);
  for (const [work, sent] of commits) {
    const versions = new Set([...sent].map((commit) => commit.version));
    if (work.entry !== undefined) work.entry = acknowledge(work.entry, versions);
  }
  await followUp(deps, commits, kept.flatMap(wokenEnd));
}

const isWoken = ({ idle, events }: Turn['folded']): boolean =>
  idle.some(({ input }) => input.type === 'wake') || events.some(({ type }) => type === 'wake.consumed');

/** A wake on an ended run writes its row again; `end` rows come after outputs, so that a row that was not ended wakes. */
const wokenEnd = ({ work, folded }: Turn): readonly RunWrite[] =>
  work.entry?.run.status === 'finished' && folded.idle.some(({ input }) => input.type === 'wake')
    ? [endOf(work.entry.run)]
    : [];

async function publish(deps: BatchDeps, commits: ReadonlyMap<Work, ReadonlySet<Commit>>): Promise<void> {
  const outbox = { keys: deps.keys, blobs: deps.store.blobs };
  const records = [];
  for (const [{ entry }, sent] of commits) {
    if (entry === undefined) continue;
    for (const commit of sent) {
      for (const effect of effectsOf(commit)) {
        if (isOpen(entry.run, effect)) records.push(await recordOf(outbox, entry.run, effect));
      }
    }
  }
  if (records.length > 0) await deps.log.publish(records);
}

async function followUp(
  deps: BatchDeps,
  commits: ReadonlyMap<Work, ReadonlySet<Commit>>,
  woken: readonly RunWrite[],
): Promise<void> {
  const writes: RunWrite[] = [...woken];
  const cancelled: string[] = [];
  const timeout: string[] = [];
  const snapshots: Work[] = [];
  for (const [work, sent] of commits) {
    if (work.entry === undefined) continue;
    const { run } = work.entry;
    for (const commit of sent) {
      const write = writeAfter(run, commit);
      if (write !== undefined) writes.push(write);
      const marks = marksOf(run, commit.events, deps.agents);
      cancelled.push(...marks.cancelled);
      timeout.push(...marks.timeout);
    }
    if (run.status === 'running' && run.version - work.entry.snapshotAt >= deps.snapshotEvery)
      snapshots.push(work);
  }
  if (writes.length > 0) await deps.store.runs.write(writes);
  if (cancelled.length > 0) await deps.store.invocations.mark(cancelled, 'cancelled');
  if (timeout.length > 0) await deps.store.invocations.mark(timeout, 'timeout');
  if (snapshots.length > 0) await snapshot(deps, snapshots);
}

async function snapshot(deps: BatchDeps, works: readonly Work[]): Promise<void> {
  const entries = works.flatMap((work) => work.entry ?? []);
  await deps.store.commits.putSnapshots(
    entries.map(({ run, head, published }) => ({
      schema: commitSchema,
      runId: run.runId,
      version: run.version,
      head,
      published,
      state: toSnapshot(run),
    })),
  );
  for (const work of works) {
    if (work.entry !== undefined)
      work.entry = { ...work.entry, snapshotAt: work.entry.run.version } satisfies Entry;
  }
}

/** Inputs or ready work that this commit had no room for: a further commit of the same invocation takes them. */
function leftOf(work: Work, folded: Turn['folded']): Work | undefined {
  work.inputs = folded.leftover;
  work.carriedCauses = causesOf(work, folded);
  work.carryOn = folded.more;
  return folded.leftover.length > 0 || folded.more ? work : undefined;
}

const causesOf = (work: Work, folded: Turn['folded']): readonly Cause[] =>
  work.carryOn ? [...work.carriedCauses, ...folded.causes] : folded.causes;
