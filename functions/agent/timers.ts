/** Timers as a port: tests and the simulation own time. `adapters/timers.ts` is the real one. */
export interface Timers {
  /** Calls `run` once, `ms` milliseconds from now, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` once, as soon as what is ready now has run. */
  soon(run: () => void): void;
}
