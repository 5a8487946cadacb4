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

/** Waits for `work`, but no longer than `ms`: whether it ended by then. What it does later is nobody's concern. */
export function endsWithin(
  timers: Pick<typeof systemTimers, 'after'>,
  ms: number,
  work: Promise<unknown>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(ms, () => resolve(false));
    work.then(
      () => {
        cancel();
        resolve(true);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error('failed', { cause: error }));
      },
    );
  });
}
