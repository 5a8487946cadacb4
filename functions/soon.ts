/**
 * Values that are nearly always there at once, and now and then have to be waited for.
 * An `await` costs a turn of the promise queue even where nothing is waited for; a batch would take dozens of them.
 */
export type Soon<T> = T | Promise<T>;

/** What `next` makes of the value, now if it is there. */
export const then = <T, U>(soon: Soon<T>, next: (value: T) => Soon<U>): Soon<U> =>
  soon instanceof Promise ? soon.then(next) : next(soon);

/** All of them, now if all are there. */
export const all = <T>(soons: readonly Soon<T>[]): Soon<readonly T[]> =>
  soons.some((soon) => soon instanceof Promise) ? Promise.all(soons) : (soons as readonly T[]);
