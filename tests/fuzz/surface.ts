/**
 * One place where text from outside comes in, as the fuzzer sees it.
 * FZ1. Whatever the input, `feed` returns: what it throws is a crash that was found.
 * FZ2. What it gives is typed, bounded and clean (`checks.ts`), and nothing of the language itself has changed.
 */
import { type Arbitrary } from 'fast-check';

export interface Fed {
  readonly accepted: boolean;
  /** Everything a person or a log would be shown. */
  readonly shown: readonly string[];
  /** Codes of the problems, for the report: a surface that only ever gives one is not being tested. */
  readonly codes: readonly string[];
}

export interface Surface<T = unknown> {
  readonly name: string;
  /** Of each thousand inputs of a whole run, so many are for this surface: slow ones get fewer. */
  readonly share: number;
  readonly inputs: Arbitrary<T>;
  /** Throws only if it found a bug. */
  feed(input: T): Fed;
}

export const accepted: Fed = { accepted: true, shown: [], codes: [] };

/** A refusal by problems that have a code and texts. */
export const refused = (problems: readonly { readonly code: string; readonly message?: string }[]): Fed => ({
  accepted: false,
  codes: problems.map(({ code }) => code),
  shown: problems
    .flatMap((problem) => Object.values<unknown>(problem))
    .filter((value) => typeof value === 'string'),
});
