/**
 * Values that are nearly always there at once, and now and then have to be waited for.
 * An `await` costs a turn of the promise queue even where nothing is waited for, and a batch would take dozens of them:
 * who takes such a value awaits it only where it is a promise.
 */
export type Soon<T> = T | Promise<T>;

/** What `next` makes of the value, now if it is there. */
export const whenThere = <T, U>(soon: Soon<T>, next: (value: T) => Soon<U>): Soon<U> =>
  soon instanceof Promise ? soon.then(next) : next(soon);

/** All of them, now if all are there. */
export const allThere = <T>(soons: readonly Soon<T>[]): Soon<readonly T[]> =>
  soons.some((soon) => soon instanceof Promise) ? Promise.all(soons) : (soons as readonly T[]);
