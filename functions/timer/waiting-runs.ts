/**
 * Says once a minute how many runs wait for a decision: what a deployment's metric and alarm are counted from.
 * WR1. Nothing is said where none waits.   WR2. A bounded look: beyond `most` the number is a lower bound.
 */
import { type Clock, type Logger, type RunIndex } from '#core/ports.ts';
import { type Timer } from './handler.ts';

export interface WaitingDeps {
  readonly store: { readonly runs: Pick<RunIndex, 'list'> };
  readonly clock: Clock;
  readonly logger: Logger;
}

const everyMs = 60_000;
const most = 1_000;

/** The same timer, which looks for waiting runs beside its own work. */
export function watchWaiting(timer: Timer, { store, clock, logger }: WaitingDeps): Timer {
  let nextAt = 0;
  return {
    async tick() {
      const looked = await timer.tick();
      const now = clock.now();
      if (now < nextAt) return looked;
      nextAt = now + everyMs;
      const rows = await store.runs.list({ status: 'waiting', limit: most });
      const oldest = rows.at(-1); // newest first
      if (oldest !== undefined) {
        const fields = { waiting: rows.length, oldestRun: oldest.runId, oldestAgeMs: now - oldest.startedAt };
        logger.info(fields, 'runs wait for a decision');
      }
      return looked;
    },
  };
}
