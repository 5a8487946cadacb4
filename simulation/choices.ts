/**
 * Every choice a schedule makes: drawn from a seed, or played again from a list.
 * CH1. A schedule is a function of its choices alone: the same list gives the same history, to the byte.
 * CH2. 0 is the ordinary choice (the oldest thing next, no fault): shrinking replaces choices by 0, and a list that
 *      is too short goes on with 0.
 */
export interface Choices {
  /** One of `n`, from 0. */
  pick(n: number): number;
  /** 1 with this probability, else 0. */
  chance(probability: number): boolean;
  /** What was chosen so far. */
  readonly made: readonly number[];
}

export function seededChoices(seed: number): Choices {
  const random = mulberry32(seed);
  const made: number[] = [];
  const keep = (value: number): number => {
    made.push(value);
    return value;
  };
  return {
    made,
    pick: (n) => (n <= 1 ? 0 : keep(Math.floor(random() * n))),
    chance: (probability) => probability > 0 && keep(random() < probability ? 1 : 0) === 1,
  };
}

/** Plays a list again. */
export function replayedChoices(list: readonly number[]): Choices {
  const made: number[] = [];
  const next = (n: number): number => {
    const value = Math.min(list[made.length] ?? 0, n - 1);
    made.push(value);
    return value;
  };
  return {
    made,
    pick: (n) => (n <= 1 ? 0 : next(n)),
    chance: (probability) => probability > 0 && next(2) === 1,
  };
}

/** A small seeded generator of numbers in [0, 1) (mulberry32, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
