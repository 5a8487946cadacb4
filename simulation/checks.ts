/**
 * What must hold after every event of a schedule. Numbers are those of ARCHITECTURE.md's promises:
 * C1 one terminal outcome per attempt · C3 versions and the chain · C4 no effect without its commit · C5 copies send
 * nothing · C7 attempts within the policy · C8 no recorded call made again · C9 an ended run keeps its outcome ·
 * I9 a join fires once · I2 every live run has a bound that wakes it.
 */
import { commitDigest } from '#core/commit.ts';
import { topics } from '#core/event-catalog.ts';
import { type Commit, type LogRecord, type OutgoingRecord } from '#core/ports.ts';
import { nextDeadline } from '#core/run/deadline.ts';
import { effectsOf, type Effect } from '#core/run/effects.ts';
import { absent, evolveCommit, type PresentRun } from '#core/run/evolve.ts';
import { isLive } from '#core/row-status.ts';
import { onlyUndecided, stepStateIn } from '#core/run/step-states.ts';
import { type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { placeOf } from './broker.ts';
import { createEventChecks, type EventChecks } from './event-checks.ts';
import { type MemoryStore } from './memory/store.ts';
import { agentSteps } from '#core/workflow/graph.ts';

export interface Checks {
  readonly violations: readonly string[];
  stored(commit: Commit): void;
  published(records: readonly OutgoingRecord[]): void;
  /** The code of a `once` agent is about to run. `stillAtIt`: this call is under way, its caller never paused. */
  called(invocation: string, stillAtIt: () => boolean): void;
  /** The result of a call was stored. */
  recorded(invocation: string): void;
  /**
   * Nothing can happen any more before time moves on. Where records were lost and nobody has recovered yet, or a command
   * is kept for later, what says of a run that it waits, or no more, may still be on its way: `pending`.
   */
  quiet(now: number, pending: boolean): void;
  /** Everything has converged. `deliveries`: how often each record was handed out. */
  ended(deliveries: ReadonlyMap<string, number>, recoveries: number, wakes: number): void;
  run(runId: string): RunState;
  history(runId: string): readonly Commit[];
  runIds(): readonly string[];
  violate(what: string): void;
  /** Those of single events; see there. */
  readonly events: EventChecks;
}

/** A wake that came before the first commit puts the row off by this much: the only bound that may be late. */
const postponedMs = 60_000;

interface Watched {
  run: RunState;
  head: string | undefined;
  readonly commits: Commit[];
  readonly terminal: Set<string>;
  readonly opened: Map<string, number>;
  wokenAt: number;
  /** Up to here `published` was found right. */
  published: number;
  outcome: string | undefined;
}

export function createChecks(store: MemoryStore, definitions: readonly Definition[]): Checks {
  const violations: string[] = [];
  const watched = new Map<string, Watched>();
  const sent = new Map<string, number>();
  const callers = new Map<string, () => boolean>();
  const results = new Set<string>();
  const violate = (what: string): void => {
    violations.push(what);
  };
  const events = createEventChecks(definitions, violate);
  const maxAttempts = new Map(
    definitions.flatMap((definition) =>
      agentSteps(definition).map(
        (step) => [`${definition.digest} ${step.id}`, step.retry?.max ?? 1] as const,
      ),
    ),
  );

  return {
    violations,
    violate,
    events,
    // No accessor: an object literal with one gets a hidden class of its own, and that keeps the whole history alive
    // until the next full collection.
    runIds: () => [...watched.keys()],
    run: (runId) => watched.get(runId)?.run ?? absent,
    history: (runId) => watched.get(runId)?.commits ?? [],
    stored(commit) {
      const seen = watched.get(commit.runId) ?? fresh();
      watched.set(commit.runId, seen);
      const version = seen.run.status === 'absent' ? 0 : seen.run.version;
      if (commit.version !== version + 1) violate(`C3: commit ${commit.version} follows ${version}`);
      if (commit.parent !== seen.head) violate(`C3: commit ${commit.version} names another parent`);
      if (commit.published >= commit.version) violate(`E1: commit ${commit.version} says itself published`);
      checkEvents(seen, commit, maxAttempts, violate);
      events.stored(commit);
      seen.head = commitDigest(commit);
      seen.commits.push(commit);
      seen.run = evolveCommit(seen.run, commit);
      checkPublished(seen, commit, sent, violate);
    },
    published(records) {
      for (const record of records) {
        const effect = effectIn(record);
        if (effect === undefined) continue;
        sent.set(effect.id, (sent.get(effect.id) ?? 0) + 1);
        const commit = watched.get(effect.runId)?.commits[effect.version - 1];
        if (commit === undefined) violate(`C4: ${effect.id} was published, its commit is not stored`);
        else if (!effectsOf(commit).some(({ index }) => index === effect.index))
          violate(`C4: ${effect.id} was published, its commit has no such effect`);
      }
    },
    called(invocation, stillAtIt) {
      if (callers.get(invocation)?.() === true)
        violate(`C8: ${invocation} was called though its first caller is still at it`);
      callers.set(invocation, stillAtIt);
      const [claim] = store.invocations.claim([{ id: invocation, owner: 'checks', leaseUntil: -1 }], -1);
      if (claim?.status === 'finished') violate(`C8: ${invocation} was called though its result is recorded`);
    },
    recorded(invocation) {
      if (results.has(invocation)) violate(`C8: the result of ${invocation} was recorded twice`);
      results.add(invocation);
    },
    quiet(now, pending) {
      for (const [runId, { run }] of watched) {
        if (run.status !== 'running') continue;
        const row = store.runs.get(run.runId);
        const status = onlyUndecided(run.steps) ? 'waiting' : 'running';
        if (!pending && isLive(row?.status) && row?.status !== status)
          violate(`I2: the row of run ${runId} says ${row?.status}, and it is ${status}`);
        const due = nextDeadline(run);
        if (due === undefined) violate(`D6: live run ${runId} has no deadline`);
        else if (row?.wakeAt === undefined || row.wakeAt > latest(due, row.armedBy, now))
          violate(`I2: live run ${runId} is due at ${due} and would be woken at ${row?.wakeAt ?? 'no time'}`);
      }
    },
    ended(deliveries, recoveries, wakes) {
      for (const [runId, seen] of watched) {
        checkEnd(runId, seen, store, sent, violate);
        checkCopies(seen, sent, deliveries, { recoveries, wakes }, violate);
      }
    },
  };
}

const latest = (due: number, armedBy: number, now: number): number =>
  armedBy < 2 ? Math.max(due, now + postponedMs + 5_000) : due;

const fresh = (): Watched => ({
  run: absent,
  head: undefined,
  commits: [],
  terminal: new Set(),
  opened: new Map(),
  wokenAt: 0,
  published: 0,
  outcome: undefined,
});

type Violate = (what: string) => void;

function checkEvents(
  seen: Watched,
  commit: Commit,
  max: ReadonlyMap<string, number>,
  violate: Violate,
): void {
  for (const event of commit.events) {
    if (event.type === 'step.dispatched') {
      const opened = seen.opened.get(event.step) ?? 0;
      if (event.attempt !== opened + 1)
        violate(`I9: ${event.step} opens attempt ${event.attempt} after ${opened}`);
      seen.opened.set(event.step, event.attempt);
      const digest = seen.run.status === 'absent' ? startedWith(commit) : seen.run.workflow?.digest;
      if (event.attempt > (max.get(`${digest} ${event.step}`) ?? Infinity))
        violate(`C7: ${event.step} attempt ${event.attempt}`);
    }
    if (event.type === 'wake.consumed') {
      if (event.wakeSentAt <= seen.wokenAt) violate(`C5: the wake of ${event.wakeSentAt} was decided again`);
      seen.wokenAt = Math.max(seen.wokenAt, event.wakeSentAt);
    }
    if (event.type === 'step.completed' || event.type === 'attempt.failed') {
      const key = `${event.step}:${event.attempt}`;
      if (seen.terminal.has(key)) violate(`C1: ${key} ends twice`);
      seen.terminal.add(key);
    }
    if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled') {
      if (seen.outcome !== undefined) violate(`C9: ${event.type} after ${seen.outcome}`);
      seen.outcome = event.type;
    } else if (seen.outcome !== undefined && event.type.startsWith('step.'))
      violate(`C9: ${event.type} after the end`);
  }
}

const startedWith = (commit: Commit): string | undefined =>
  commit.events.find((event) => event.type === 'run.started')?.workflow?.digest;

/** `published` is right: what lies at or below it was sent, or needs no sending any more (E1). */
function checkPublished(
  seen: Watched,
  commit: Commit,
  sent: ReadonlyMap<string, number>,
  violate: Violate,
): void {
  const { run } = seen;
  if (run.status === 'absent') return;
  // What was sent stays sent, and what was settled stays settled: each commit is looked at once.
  for (; seen.published < commit.published; seen.published += 1) {
    const past = seen.commits[seen.published];
    for (const effect of past === undefined ? [] : effectsOf(past)) {
      if (!sent.has(idOf(run, effect)) && isOpenNow(run, effect)) {
        violate(
          `E1: commit ${commit.version} says ${commit.published} published, ${idOf(run, effect)} was never sent`,
        );
      }
    }
  }
}

function isOpenNow(run: PresentRun, effect: Effect): boolean {
  if (effect.type === 'output') return true;
  const step = stepStateIn(run.steps, effect.event.step);
  return step?.status === 'running' && step.attempt === effect.event.attempt;
}

const idOf = (run: PresentRun, effect: Effect): string => `${run.runId}:${effect.version}:${effect.index}`;

function checkEnd(
  runId: string,
  seen: Watched,
  store: MemoryStore,
  sent: ReadonlyMap<string, number>,
  violate: Violate,
): void {
  const { run } = seen;
  if (run.status !== 'finished') return violate(`I2: run ${runId} did not end`);
  const row = store.runs.get(run.runId);
  if (row?.status !== run.outcome.status)
    violate(`row of ${runId} says ${row?.status ?? 'nothing'}, not ${run.outcome.status}`);
  if (row?.wakeAt !== undefined) violate(`row of the ended run ${runId} would wake it`);
  const outputs = seen.commits.flatMap(effectsOf).filter(({ type }) => type === 'output');
  if (outputs.length !== 1) violate(`C9: ${outputs.length} outputs of run ${runId} are in its history`);
  for (const output of outputs)
    if (!sent.has(idOf(run, output))) violate(`C4: the output of run ${runId} was never sent`);
}

/** Only the very record that caused a commit may send its effects again, once for each time it is handed out (C5). */
function checkCopies(
  seen: Watched,
  sent: ReadonlyMap<string, number>,
  deliveries: ReadonlyMap<string, number>,
  others: { readonly recoveries: number; readonly wakes: number },
  violate: Violate,
): void {
  const { run } = seen;
  if (run.status === 'absent') return;
  for (const commit of seen.commits) {
    const handed = commit.causes.reduce((sum, cause) => sum + (deliveries.get(placeOf(cause)) ?? 0), 0);
    for (const effect of effectsOf(commit)) {
      const times = sent.get(idOf(run, effect)) ?? 0;
      // A wake on a run whose row was not ended yet sends its output again.
      const more = others.recoveries + (effect.type === 'output' ? others.wakes : 0);
      if (times > handed + more)
        violate(`C5: ${idOf(run, effect)} was sent ${times} times for ${handed} deliveries of its cause`);
    }
  }
}

/** The effect a record carries, by its derived id; undefined for what is none. */
function effectIn(record: OutgoingRecord | LogRecord) {
  const isEffect = record.topic === topics.output || record.topic.startsWith('workflow.step.');
  if (!isEffect || record.topic === topics.response || record.value === null) return undefined;
  // Ids come first in what `encodeEvent` writes, and are ASCII.
  const { buffer, byteOffset, byteLength } = record.value;
  const start = Buffer.from(buffer, byteOffset, Math.min(byteLength, 400)).toString('latin1');
  const id = /"id":"([^"]+)"/.exec(start)?.[1] ?? '';
  const [runId = '', version, index] = id.split(':');
  return { id, runId, version: Number(version), index: Number(index) };
}
