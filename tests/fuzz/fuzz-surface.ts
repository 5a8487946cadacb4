/** One surface, so many inputs from one seed: what was found, or what it met. Runs in a worker (`watched-fuzz.ts`). */
import fc from 'fast-check';
import { checkFed, watchPrototypes } from './checks.ts';
import { type Surface } from './surface.ts';

export interface FuzzRequest {
  readonly surface: string;
  readonly inputs: number;
  readonly seed: number;
  /** Where in the shrinking a failure was, as fast-check names it: plays that one input. */
  readonly path?: string;
  /** Says each input on stderr before it is fed, to see which one hangs. */
  readonly show?: boolean;
}

export interface FuzzReport {
  readonly surface: string;
  readonly seed: number;
  readonly inputs: number;
  readonly accepted: number;
  /** How often each code was given. */
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** In all; the rest of the time went into making inputs. */
  readonly feedMs: number;
  readonly found?: {
    /** The smallest input that does it, as text. */
    readonly input: string;
    readonly path: string;
    readonly error: string;
  };
}

/** `step` is told before each input, so that somebody outside can see when one takes forever. */
export function fuzzSurface(surface: Surface, request: FuzzRequest, step: () => void): FuzzReport {
  const changed = watchPrototypes();
  const codes = new Map<string, number>();
  const met = { inputs: 0, accepted: 0, slowestMs: 0, feedMs: 0 };
  const property = fc.property(surface.inputs, (input) => {
    step();
    if (request.show === true) process.stderr.write(`${fc.stringify(input)}\n`);
    const began = performance.now();
    const fed = surface.feed(input);
    met.slowestMs = Math.max(met.slowestMs, performance.now() - began);
    met.feedMs += performance.now() - began;
    met.inputs += 1;
    if (fed.accepted) met.accepted += 1;
    for (const code of fed.codes) codes.set(code, (codes.get(code) ?? 0) + 1);
    checkFed(fed);
    const change = changed();
    if (change !== undefined) throw new Error(change);
  });
  const path = request.path === undefined ? {} : { path: request.path };
  const details = fc.check(property, {
    numRuns: request.inputs,
    seed: request.seed,
    ...path,
    endOnFailure: false,
  });
  const report = { surface: surface.name, seed: request.seed, ...met, codes: Object.fromEntries(codes) };
  if (!details.failed) return report;
  const error = details.errorInstance instanceof Error ? (details.errorInstance.stack ?? '') : String(details.errorInstance); // prettier-ignore
  return { ...report, found: { input: fc.stringify(details.counterexample?.[0]), path: details.counterexamplePath ?? '', error } }; // prettier-ignore
}
