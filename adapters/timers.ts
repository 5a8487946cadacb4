/** The timers of the process, as the functions around agents take them (`functions/agent/timers.ts`). */

/** `setTimeout` fires at once for longer waits than this: they are cut here, and whoever waits looks again. */
export const longestTimerMs = 2 ** 31 - 1;

export const systemTimers = {
  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), longestTimerMs));
    return () => clearTimeout(timer);
  },
  soon(run: () => void): void {
    setImmediate(run);
  },
} as const;

/** What `work` gives, or nothing once `ms` are over; what it does after that is nobody's concern. */
export async function atMost<T>(ms: number, work: Promise<T> | undefined): Promise<T | undefined> {
  const { promise: timeUp, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
