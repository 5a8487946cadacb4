/**
 * Recovery from the store: what the log lost (offsets reset too far, topics expired under a lagging group) is sent again.
 * RV1. Only open effects of stored commits are sent, under the ids they always had: agents answer from `invocations`,
 *      and a response that was consumed is absorbed. So recovering twice, or for nothing, changes nothing.
 * RV2. A row that does not say yet that its run waits for people, or no more, is told: the record after which it would
 *      have been may be lost too.
 */
import { parseRunId } from '#core/ids.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { type Clock, type Log, type Logger, type RunRow, type Store } from '#core/ports.ts';
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
  let effects = 0;
  let released = 0;
  for (const row of rows) {
    if (row.status === 'quarantined') {
      await deps.store.runs.write([
        { type: 'release', runId: row.runId, wakeAt: deps.clock.now() + redriveMs },
      ]);
      released += 1;
    }
    const sent = await recoverRun(deps, row);
    effects += sent;
    deps.logger.info({ run: row.runId, effects: sent }, 'run recovered');
  }
  return { runs: rows.length, effects, released };
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

/**
 * Tells how many effects were sent. From the whole history: the commit that opened an attempt may be older than what
 * loading a run reads.
 */
async function recoverRun(deps: RecoverDeps, row: RunRow): Promise<number> {
  const history = await deps.store.commits.history(row.runId);
  const run = history.reduce<RunState>(evolveCommit, absent);
  if (run.status === 'absent') return 0;
  const open = history.flatMap(effectsOf).filter((effect) => isOpen(run, effect));
  const outbox = { keys: deps.keys, blobs: deps.store.blobs };
  const records = await allThere(open.map((effect) => recordOf(outbox, run, effect)));
  if (records.length > 0) await deps.log.publish(records);
  const status = statusAfter(undefined, run, true);
  if (status !== undefined && status.status !== row.status) await deps.store.runs.write([status]);
  return records.length;
}
