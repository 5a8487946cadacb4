/**
 * The timer: sends wakes that are due, sends kept commands again, and retires ended runs past retention.
 * TM1. It never moves a `wakeAt`: only the orchestrator knows the next deadline.
 * TM2. A wake's id is (run, wakeSentAt): the same claim sent twice is one wake.
 * TM3. Retirement leaves a tombstone first, then deletes: a start can never meet half a run.
 */
import { encodeEvent } from '#core/cloud-event.ts';
import { sources, topics } from '#core/event-catalog.ts';
import { wakeId, type RunId } from '#core/ids.ts';
import { type Clock, type Logger, type LogProducer, type OutgoingRecord, type Store } from '#core/ports.ts';

export interface TimerDeps {
  readonly log: LogProducer;
  readonly store: Pick<Store, 'runs' | 'inbox'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ended runs are kept this long, then their tombstones as long again. Milliseconds. */
  readonly storeRetentionMs: number;
}

export interface Timer {
  /** One look. `nextDueAt`: when something is due next, if anything is. */
  tick(): Promise<{ readonly nextDueAt?: number }>;
}

/** A wake that was not answered is sent again after this long. Milliseconds. */
export const wakeResendMs = 10_000;
const inboxRetryMs = 5_000;
const batch = 500;
const retireEveryMs = 60_000;

export function createTimer(deps: TimerDeps): Timer {
  let retireAt = 0;
  let inboxAt = 0;
  return {
    async tick() {
      const now = deps.clock.now();
      await sendWakes(deps, now);
      if (now >= inboxAt) {
        inboxAt = now + 1_000;
        await resendCommands(deps, now);
      }
      if (now >= retireAt) {
        retireAt = now + retireEveryMs;
        await retire(deps, now);
      }
      const nextDueAt = await deps.store.runs.nextDue(wakeResendMs);
      return nextDueAt === undefined ? {} : { nextDueAt };
    },
  };
}

async function sendWakes(deps: TimerDeps, now: number): Promise<void> {
  for (;;) {
    const due = await deps.store.runs.claimDue(now, wakeResendMs, batch);
    if (due.length > 0)
      await deps.log.publish(due.map(({ runId, wakeSentAt }) => wakeRecord(runId, wakeSentAt)));
    if (due.length < batch) return;
  }
}

function wakeRecord(runId: RunId, wakeSentAt: number): OutgoingRecord {
  const encoded = encodeEvent({
    id: wakeId(runId, wakeSentAt),
    source: sources.timer,
    type: 'dev.baton.run.wake.v1',
    subject: runId,
    runid: runId,
    time: new Date(wakeSentAt).toISOString(),
    data: { wakeSentAt },
  });
  return { topic: topics.command, key: runId, ...encoded };
}

/** The very bytes again, under the same id; entries whose time has passed are answered by the orchestrator and go. */
async function resendCommands(deps: TimerDeps, now: number): Promise<void> {
  const due = await deps.store.inbox.claimDue(now, inboxRetryMs, batch);
  if (due.length === 0) return;
  const headers = [['content-type', new TextEncoder().encode('application/cloudevents+json')]] as const;
  await deps.log.publish(due.map(({ record }) => ({ ...record, headers })));
  const answered = due.filter((entry) => entry.expireAt + 2 * inboxRetryMs < now);
  if (answered.length > 0) await deps.store.inbox.remove(answered);
}

async function retire(deps: TimerDeps, now: number): Promise<void> {
  const retired = await deps.store.runs.retire(now - deps.storeRetentionMs, batch);
  const forgotten = await deps.store.runs.forget(now - 2 * deps.storeRetentionMs, batch);
  if (retired.length > 0 || forgotten > 0) {
    deps.logger.info({ retired: retired.length, forgotten }, 'ended runs past retention removed');
  }
}
