/** Timers as an argument, so that tests own time. */
import { systemTimers as processTimers } from '#adapters/timers.ts';

export interface Timers {
  /** Calls `run` once, `ms` milliseconds from now; the function given back takes it back. */
  after(ms: number, run: () => void): () => void;
  /** Lets everything else of the process have its turn. */
  turn(): Promise<void>;
}

export const systemTimers: Timers = {
  after: (ms, run) => processTimers.after(ms, run),
  turn: () => new Promise((resolve) => processTimers.soon(resolve)),
};

/** Resolves after `ms`, or as soon as `signal` aborts. */
export function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

export interface Alarm {
  /** Asks for a ring at `at`; what is set already for an earlier time stays. */
  ringAt(at: number): void;
  off(): void;
}

/** Rings once, at the earliest of the times asked for since it last rang. */
export function createAlarm(timers: Timers, now: () => number, ring: () => void): Alarm {
  let set: { readonly at: number; readonly cancel: () => void } | undefined;
  const off = (): void => {
    set?.cancel();
    set = undefined;
  };
  return {
    off,
    ringAt: (at) => {
      if (set !== undefined && set.at <= at) return;
      off();
      const cancel = timers.after(Math.max(0, at - now()), () => {
        set = undefined;
        ring();
      });
      set = { at, cancel };
    },
  };
}
