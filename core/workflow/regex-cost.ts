/**
 * How many ways a backtracking matcher may have to share one text out between the repetitions of a pattern.
 * RC1. Ways are counted on texts of one sign over and over, for each of the pattern's own signs and of a sample: there
 *      repetitions that follow one another, with nothing between them that the sign is not, multiply their ways.
 * RC2. In bits: a repetition without bound has ten (a thousand lengths), a bounded one by its lengths.
 */
import { type Part, type Pattern } from './regex-parts.ts';

interface Cost {
  /** Anywhere within. */
  readonly best: number;
  /** From the beginning on, and up to the end. */
  readonly head: number;
  readonly tail: number;
  /** Of the whole, where the sign alone can be all of it; where it cannot, minus infinity. */
  readonly through: number;
}

/** Of a repetition without bound. */
export const endlessBits = 10;
/** More lengths than these count as without bound, and so many times is as often as a part is looked at. */
const manyTimes = 10;
/** Of every kind that classes tell apart; a pattern's own signs come on top. */
const sample = 'aAzZ09_-.,:;/@~ \n\téαЖאاकか中😀';

export function costOf({ part, signs }: Pattern): number {
  return Math.max(...[...new Set([...sample, ...signs])].map((sign) => cost(part, sign).best));
}

const empty: Cost = { best: 0, head: 0, tail: 0, through: 0 };
const other: Cost = { ...empty, through: -Infinity };

function cost(part: Part, sign: string): Cost {
  switch (part.kind) {
    case 'atom':
      return part.matches(sign) ? empty : other;
    case 'all':
      return part.parts.reduce((before, next) => joined(before, cost(next, sign)), empty);
    case 'either':
      return chosen(part.parts.map((each) => cost(each, sign)));
    case 'times':
      return repeated(cost(part.part, sign), part.least, part.most);
  }
}

const joined = (a: Cost, b: Cost): Cost => ({
  best: Math.max(a.best, b.best, a.tail + b.head),
  head: Math.max(a.head, a.through + b.head),
  tail: Math.max(b.tail, b.through + a.tail),
  through: a.through + b.through,
});

/** Alternatives that are all of the sign are as many ways. */
function chosen(costs: readonly Cost[]): Cost {
  const whole = costs.map(({ through }) => through).filter(Number.isFinite);
  const through = Math.max(...whole) + Math.log2(whole.length);
  const most = (pick: (each: Cost) => number): number => Math.max(...costs.map(pick), through);
  return {
    best: most(({ best }) => best),
    head: most(({ head }) => head),
    tail: most(({ tail }) => tail),
    through,
  };
}

function repeated(once: Cost, least: number, most: number): Cost {
  const bits = most - least > manyTimes ? endlessBits : Math.log2(most - least + 1);
  let all = empty;
  for (let time = 0; time < Math.min(Math.max(least, 1), manyTimes); time += 1) all = joined(all, once);
  if (Number.isFinite(once.through)) {
    // The times beyond the least are as costly, but none of them need be.
    const more = Math.min(most - Math.max(least, 1), manyTimes) * once.through;
    const ways = all.through + Math.max(0, more) + bits;
    all = {
      best: Math.max(all.best, ways),
      head: Math.max(all.head, ways),
      tail: Math.max(all.tail, ways),
      through: ways,
    };
  }
  return least > 0 ? all : { ...all, through: Math.max(all.through, 0) };
}
