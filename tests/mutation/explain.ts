/**
 * Why mutants survive: what is said of one by name comes before what is said of its class.
 * EX1. An explanation that explains nothing any more in a file that was tried is told, so that none outlives its code.
 */
import { type Survivor } from './report.ts';

/** `test missing` is no excuse: it says that somebody could still write one. */
export type Kind = 'equivalent' | 'unreachable' | 'speed only' | 'wording' | 'test missing';

export interface SurvivorClass {
  readonly title: string;
  readonly kind: Kind;
  readonly reason: string;
  readonly holds: (survivor: Survivor) => boolean;
}

export interface Named {
  readonly file: string;
  /** On one line, as the page shows it; the whole of what is mutated or a part of it. */
  readonly code: string;
  /** Where only this alteration is meant. */
  readonly becomes?: string;
  readonly kind: Kind;
  readonly reason: string;
}

type Entry = readonly [code: string, kind: Kind, reason: string, becomes?: string];

/** What is said of one file. */
export const about = (file: string, ...entries: readonly Entry[]): readonly Named[] =>
  entries.map(([code, kind, reason, becomes]) => ({
    ...{ file, code, kind, reason },
    ...(becomes === undefined ? {} : { becomes }),
  }));

export interface Explained {
  readonly named: readonly (readonly [Named, readonly Survivor[]])[];
  readonly classes: readonly (readonly [SurvivorClass, readonly Survivor[]])[];
  readonly unexplained: readonly Survivor[];
  /** What explains nothing. */
  readonly idle: readonly Named[];
}

export function explain(
  survivors: readonly Survivor[],
  classes: readonly SurvivorClass[],
  named: readonly Named[],
  tried: ReadonlySet<string>,
): Explained {
  const byName = new Map<Named, Survivor[]>(named.map((each) => [each, []]));
  const byClass = new Map<SurvivorClass, Survivor[]>(classes.map((each) => [each, []]));
  const unexplained: Survivor[] = [];
  for (const survivor of survivors) {
    const name = named.find((each) => isAbout(each, survivor));
    const group = classes.find(({ holds }) => holds(survivor));
    if (name !== undefined) byName.get(name)?.push(survivor);
    else if (group !== undefined) byClass.get(group)?.push(survivor);
    else unexplained.push(survivor);
  }
  return {
    named: [...byName].filter(([, found]) => found.length > 0),
    classes: [...byClass].filter(([, found]) => found.length > 0),
    unexplained,
    idle: [...byName]
      .filter(([{ file }, found]) => found.length === 0 && tried.has(file))
      .map(([each]) => each),
  };
}

const isAbout = (named: Named, survivor: Survivor): boolean =>
  named.file === survivor.file &&
  survivor.code.includes(named.code) &&
  (named.becomes === undefined || named.becomes === survivor.becomes);
