/**
 * Runs the timer function when something is due, and sleeps otherwise.
 * TL1. Idle, it looks once a second. Earlier deadlines are noticed where they are written (`noticing`), because the
 *      host is the process that arms them; what another process writes is seen within the second.
 * TL2. One tick in 10 ms at most, however many deadlines there are: that is the resolution.
 */
import { type Platform } from '#adapters/platform.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import { type Clock, type Logger, type RunWrite } from '#core/ports.ts';
import { backoffMs } from './settlement.ts';
import { createAlarm, systemTimers, type Timers } from './timers.ts';

export interface TimerFunction {
  /** Sends what is due; says when the next thing is (milliseconds since 1970), if it knows of one. */
  tick(): Promise<{ readonly nextDueAt?: number }>;
}

export interface TimerLoop {
  /** Something is due at `at` (milliseconds since 1970): the loop wakes in time for it. */
  notice(at: number): void;
  /** Waits for the tick that is running, if any. */
  stop(): Promise<void>;
}

export interface TimerLoopOptions {
  readonly timer: TimerFunction;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timers?: Timers;
}

const resolutionMs = 10;
const lookEveryMs = 1_000;

export function startTimerLoop({ timer, clock, logger, timers = systemTimers }: TimerLoopOptions): TimerLoop {
  let stopped = false;
  let wake = (): void => undefined;
  const alarm = createAlarm(
    timers,
    () => clock.now(),
    () => wake(),
  );
  /** When the next tick is wanted, and when it may be (TL2, and the delay after a failure). */
  const next = { wanted: 0, allowed: 0 };
  let failures = 0;

  const tick = async (): Promise<void> => {
    const startedAt = clock.now();
    // Noticed from now on may be too late for this tick to see.
    next.wanted = Infinity;
    next.allowed = startedAt + resolutionMs;
    try {
      const { nextDueAt = Infinity } = await timer.tick();
      failures = 0;
      next.wanted = Math.min(next.wanted, nextDueAt, startedAt + lookEveryMs);
    } catch (error) {
      failures += 1;
      logger.warn({ error, failures }, 'timer failed; trying again');
      next.wanted = next.allowed = clock.now() + Math.max(resolutionMs, backoffMs(failures));
    }
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      await tick();
      const woken = new Promise<void>((resolve) => (wake = resolve));
      alarm.ringAt(Math.max(next.wanted, next.allowed));
      if (stopped) break;
      await woken;
    }
    alarm.off();
  };
  // Not at once: a deadline noticed during the first tick must find its loop.
  const running = Promise.resolve().then(run);
  return {
    notice: (at) => {
      if (stopped || at >= next.wanted) return;
      next.wanted = at;
      alarm.ringAt(Math.max(at, next.allowed));
    },
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}

/** The same platform, telling `notice` of every deadline that is written to its store. */
export function noticing<P extends Pick<Platform, 'store' | 'joint'>>(
  platform: P,
  notice: (at: number) => void,
): P {
  const { store, joint } = platform;
  const written = (writes: readonly RunWrite[]): void => {
    for (const write of writes) {
      const at = deadlineOf(write);
      if (at !== undefined) notice(at);
    }
  };
  return {
    ...platform,
    store: {
      ...store,
      runs: {
        ...store.runs,
        write: async (writes) => {
          await store.runs.write(writes);
          written(writes);
        },
      },
      inbox: {
        ...store.inbox,
        put: async (entry) => {
          const kept = await store.inbox.put(entry);
          notice(entry.retryAt);
          return kept;
        },
      },
    },
    ...(joint && {
      joint: {
        ...joint,
        storeAndSend: async (turns) => {
          const outcomes = await joint.storeAndSend(turns);
          for (const { before, after } of turns) written(before === undefined ? after : [before, ...after]);
          return outcomes;
        },
      } satisfies JointWrites,
    }),
  };
}

function deadlineOf(write: RunWrite): number | undefined {
  switch (write.type) {
    case 'begin':
      return write.row.wakeAt;
    case 'arm':
    case 'rearm':
    case 'postpone':
    case 'release':
      return write.wakeAt;
    case 'status':
    case 'end':
    case 'quarantine':
      return undefined;
  }
}
