/**
 * Stores what was folded, sends its effects, and follows up. The order of these steps is the protocol:
 * blobs, rows that must be there first, commits, effects, rows that come after.
 */
import { type StoredTurn } from '#core/joint-writes.ts';
import {
  commitSchema,
  type Cause,
  type Commit,
  type OutgoingRecord,
  type RunWrite,
  type Snapshot,
} from '#core/ports.ts';
import { effectsOf, isOpen } from '#core/run/effects.ts';
import { type PresentRun } from '#core/run/evolve.ts';
import { toSnapshot } from '#core/run/snapshot.ts';
import { type RunState } from '#core/run/types.ts';
import { putDeadLetters } from '../dead-letters.ts';
import { type Soon, allThere, whenThere } from '../soon.ts';
import { endOf, marksOf, statusAfter, writeAfter, writeBefore, type Marks } from './aftermath.ts';
import { type BatchDeps, type Turn, type Work } from './batch.ts';
import { scopeOf } from './blobs.ts';
import {
  acknowledge,
  publishedFor,
  unsentCommitsOf,
  unsentEndOf,
  unsentFurtherOf,
  withCommit,
  withoutSpent,
  type Entry,
} from './entry.ts';
import { recordOf } from './outbox.ts';

export interface Stored {
  readonly lost: readonly Work[];
  readonly unfinished: readonly Work[];
}

export async function storeTurns(deps: BatchDeps, turns: readonly Turn[]): Promise<Stored> {
  const drafts = turns.map((turn) => draftOf(deps, turn));
  if (turns.some(needsPreparing)) await prepare(deps, turns, drafts);
  const planned = allThere(turns.map((turn, index) => planOf(deps, turn, drafts[index])));
  const plans = planned instanceof Promise ? await planned : planned;
  const outcomes = plans.length === 0 ? [] : await deps.storeAndSend(plans.map(({ writes }) => writes));
  // A run that lost the race decides again on other state: what was absorbed is looked at again then.
  const kept = plans.filter((_, index) => outcomes[index] === 'stored');
  const lost = plans.filter((_, index) => outcomes[index] !== 'stored').map(({ turn }) => turn.work);
  for (const { turn, writes, entry, sent } of kept) {
    if (entry === undefined) continue;
    turn.work.entry = acknowledge(entry, new Set(sent.map((commit) => commit.version)));
    if (writes.commit !== undefined) turn.work.fromPrimary = true; // proved by the insert
  }
  const following = followUp(deps, kept);
  if (following !== undefined) await following;
  return { lost, unfinished: kept.flatMap(({ turn }) => leftOf(turn.work, turn.folded) ?? []) };
}

interface Draft {
  readonly run: PresentRun;
  readonly commit: Commit;
  /** The state that the commit changed. */
  readonly from: RunState;
  readonly before: RunWrite | undefined;
}

function draftOf(deps: BatchDeps, { work, folded }: Turn): Draft | undefined {
  const { run } = folded;
  if (folded.events.length === 0 || run.status === 'absent') return undefined;
  const version = (work.entry?.run.version ?? 0) + 1;
  const from: RunState = work.entry?.run ?? { status: 'absent' };
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
    run: after,
    commit,
    from,
    before: writeBefore(from, after, version),
  };
}

const needsPreparing = ({ folded }: Turn): boolean =>
  folded.spilled.length > 0 || folded.conflicts.length > 0;

/** What has to be durable before the commits, beside rows: claim checks, letters of conflicting starts. */
async function prepare(
  deps: BatchDeps,
  turns: readonly Turn[],
  drafts: readonly (Draft | undefined)[],
): Promise<void> {
  const drafted = turns.flatMap((turn, index) => {
    const draft = drafts[index];
    return draft === undefined ? [] : [{ ...turn, run: draft.run }];
  });
  for (const { run, folded } of drafted) {
    if (folded.spilled.length > 0) await deps.store.blobs.put(scopeOf(run), folded.spilled);
  }
  const conflicts = drafted.flatMap(({ work, folded }) =>
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
}

/** A turn as it will be if its commit is stored. */
interface Plan {
  readonly turn: Turn;
  readonly writes: StoredTurn;
  readonly entry: Entry | undefined;
  /** The commits whose effects are sent: its own, and those of absorbed records whose effects may be unsent. */
  readonly sent: readonly Commit[];
}

function planOf(deps: BatchDeps, turn: Turn, draft: Draft | undefined): Soon<Plan> {
  const { work, folded } = turn;
  const entry = draft === undefined ? work.entry : withCommit(work.entry, draft.commit, draft.run);
  if (entry === undefined) return { turn, writes: { records: [], after: [] }, entry, sent: [] };
  const { run } = entry;
  const sent = new Set(draft === undefined ? [] : [draft.commit]);
  for (const { cause } of folded.idle) for (const unsent of unsentCommitsOf(entry, cause)) sent.add(unsent);
  if (isWoken(folded))
    for (const unsent of [...unsentFurtherOf(entry), ...unsentEndOf(entry)]) sent.add(unsent);
  const commits = [...sent];
  const after = [...wokenEnd(run, folded), ...statusOf(run, folded, draft?.from)];
  for (const commit of commits) {
    const write = writeAfter(run, commit);
    if (write !== undefined) after.push(write);
  }
  const first = {
    ...(draft?.before === undefined ? {} : { before: draft.before }),
    ...(draft === undefined ? {} : { commit: draft.commit }),
  };
  return whenThere(allThere(recordsOf(deps, run, commits)), (records) => ({
    turn,
    writes: { ...first, records, after },
    entry,
    sent: commits,
  }));
}

const isWoken = ({ idle, events }: Turn['folded']): boolean =>
  idle.some(({ input }) => input.type === 'wake') || events.some(({ type }) => type === 'wake.consumed');

/** A wake on an ended run writes its row again; `end` rows come after outputs, so that a row that was not ended wakes. */
const wokenEnd = (run: PresentRun, { idle }: Turn['folded']): readonly RunWrite[] =>
  run.status === 'finished' && idle.some(({ input }) => input.type === 'wake') ? [endOf(run)] : [];

/** `from`: the state before this turn's commit; absent where it made none. */
function statusOf(run: PresentRun, folded: Turn['folded'], from: RunState | undefined): readonly RunWrite[] {
  const again = from === undefined || folded.idle.length > 0 || isWoken(folded);
  const write = statusAfter(from, run, again);
  return write === undefined ? [] : [write];
}

function recordsOf(
  deps: BatchDeps,
  run: PresentRun,
  commits: readonly Commit[],
): readonly Soon<OutgoingRecord>[] {
  const outbox = { keys: deps.keys, blobs: deps.store.blobs };
  const records: Soon<OutgoingRecord>[] = [];
  for (const commit of commits) {
    for (const effect of effectsOf(commit)) {
      if (isOpen(run, effect)) records.push(recordOf(outbox, run, effect));
    }
  }
  return records;
}

/** Nothing, nearly always. */
function followUp(deps: BatchDeps, kept: readonly Plan[]): Promise<void> | undefined {
  const cancelled: string[] = [];
  const timeout: string[] = [];
  const snapshots: Work[] = [];
  for (const { turn, sent } of kept) {
    const { entry } = turn.work;
    if (entry === undefined || sent.length === 0) continue;
    const { run } = entry;
    for (const commit of sent) {
      const marks = marksOf(run, commit.events, deps.agents);
      cancelled.push(...marks.cancelled);
      timeout.push(...marks.timeout);
    }
    // Ended runs, too: late decisions and conflicting starts go on making commits.
    if (run.version - entry.snapshotAt >= deps.snapshotEvery) snapshots.push(turn.work);
  }
  if (cancelled.length + timeout.length + snapshots.length === 0) return undefined;
  return markAndSnapshot(deps, { cancelled, timeout }, snapshots);
}

async function markAndSnapshot(deps: BatchDeps, marks: Marks, snapshots: readonly Work[]): Promise<void> {
  const { cancelled, timeout } = marks;
  if (cancelled.length > 0) await deps.store.invocations.mark(cancelled, 'cancelled');
  if (timeout.length > 0) await deps.store.invocations.mark(timeout, 'timeout');
  if (snapshots.length > 0) await snapshot(deps, snapshots);
}

async function snapshot(deps: BatchDeps, works: readonly Work[]): Promise<void> {
  const snapshots: Snapshot[] = [];
  for (const work of works) {
    if (work.entry === undefined) continue;
    const entry = withoutSpent(work.entry);
    snapshots.push(snapshotOf(entry));
    work.entry = { ...entry, snapshotAt: entry.run.version };
  }
  await deps.store.commits.putSnapshots(snapshots);
}

/** Commits that a snapshot carries, at most: UTF-16 code units of their JSON. */
const longestOpen = 1024 * 1024;

function snapshotOf({ run, head, published, tail }: Entry): Snapshot {
  const open = tail.map(({ commit }) => commit);
  return {
    schema: commitSchema,
    runId: run.runId,
    version: run.version,
    head,
    published,
    state: toSnapshot(run),
    ...(JSON.stringify(open).length > longestOpen ? {} : { open }),
  };
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
