/**
 * Recovery from the store: what the log lost (offsets reset too far, topics expired under a lagging group) is sent again.
 * RV1. Only open effects of stored commits are sent, under the ids they always had: agents answer from `invocations`,
 *      and a response that was consumed is absorbed. So recovering twice, or for nothing, changes nothing.
 * RV2. A row that does not say yet that its run waits for people, or no more, is told: the record after which it would
 *      have been may be lost too.
 * RV3. A run whose history cannot be read is named, stays as it is, and costs no other run.
 */
import { InfrastructureError } from '#core/failure.ts';
import { parseRunId } from '#core/ids.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { type Clock, type Commit, type Log, type Logger, type RunRow, type Store } from '#core/ports.ts';
import { liveStatuses } from '#core/row-status.ts';
import { effectsOf, isOpen } from '#core/run/effects.ts';
import { absent, evolveCommit } from '#core/run/evolve.ts';
import { type RunState } from '#core/run/types.ts';
import { allThere } from '../soon.ts';
import { statusAfter } from './aftermath.ts';
import { recordOf } from './outbox.ts';

export interface RecoverDeps {
  readonly log: Pick<Log, 'publish'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keys: CapabilityKeys;
}

export interface Recovered {
  readonly runs: number;
  readonly effects: number;
  /** Runs that had been set aside and go on now. */
  readonly released: number;
  /** The ids of those whose history cannot be read (RV3). */
  readonly unreadable: readonly string[];
}

/**
 * How long after its release a run is woken, milliseconds. Its deadlines have passed while it was set aside: so long, what
 * was dead-lettered meanwhile can be redriven before a wake gives up the attempts that it answers.
 */
export const redriveMs = 60_000;

/** Live runs looked at, at most, in one call without an id. */
const limit = 100_000;

/** One run, or every live one. A quarantined run named by its id is released, and due a minute later. */
export async function recoverRuns(deps: RecoverDeps, runId?: string): Promise<Recovered> {
  const rows = await rowsOf(deps.store, runId);
  const unreadable: string[] = [];
  let effects = 0;
  let released = 0;
  for (const row of rows) {
    const read = await readRun(deps, row.runId);
    if (read === undefined) {
      unreadable.push(row.runId);
      continue;
    }
    if (row.status === 'quarantined') {
      await deps.store.runs.write([
        { type: 'release', runId: row.runId, wakeAt: deps.clock.now() + redriveMs },
      ]);
      released += 1;
    }
    const sent = await recoverRun(deps, row, read);
    effects += sent;
    deps.logger.info({ run: row.runId, effects: sent }, 'run recovered');
  }
  return { runs: rows.length, effects, released, unreadable };
}

async function rowsOf(store: Store, runId: string | undefined): Promise<readonly RunRow[]> {
  if (runId === undefined) {
    const lists = await Promise.all(liveStatuses.map((status) => store.runs.list({ status, limit })));
    return lists.flat();
  }
  const id = parseRunId(runId);
  const row = id === undefined ? undefined : await store.runs.get(id);
  return row === undefined ? [] : [row];
}

interface ReadRun {
  readonly history: readonly Commit[];
  readonly run: RunState;
}

/** The whole history: the commit that opened an attempt may be older than what loading a run reads. */
async function readRun({ store, logger }: RecoverDeps, runId: RunRow['runId']): Promise<ReadRun | undefined> {
  try {
    const history = await store.commits.history(runId);
    return { history, run: history.reduce<RunState>(evolveCommit, absent) };
  } catch (error) {
    if (error instanceof InfrastructureError && !error.message.startsWith('STORE_CORRUPT:')) throw error;
    logger.error({ run: runId, error }, 'run not recovered: its history cannot be read');
    return undefined;
  }
}

/** Tells how many effects were sent. */
async function recoverRun(deps: RecoverDeps, row: RunRow, { history, run }: ReadRun): Promise<number> {
  if (run.status === 'absent') return 0;
  const open = history.flatMap(effectsOf).filter((effect) => isOpen(run, effect));
  const outbox = { keys: deps.keys, blobs: deps.store.blobs };
  const records = await allThere(open.map((effect) => recordOf(outbox, run, effect)));
  if (records.length > 0) await deps.log.publish(records);
  const status = statusAfter(undefined, run, true);
  if (status !== undefined && status.status !== row.status) await deps.store.runs.write([status]);
  return records.length;
}
