/**
 * What a search by pan, the verifier that spin writes, found, and whether that is what was wanted.
 * MV1. A search that did not end by itself, or did not look everywhere and found nothing, is no answer at all.
 * MV2. A configuration passes only if the whole of it was searched and nothing was found.
 * MV3. What must be broken passes only if the very property it must break was violated: any other trouble is trouble.
 */
import { violations, type Check } from '../model/configurations.ts';

export interface Outcome {
  readonly states: number;
  readonly depth: number;
  readonly megabytes: number;
  /** `unclear`: why this is no answer (MV1). */
  readonly found:
    | { readonly type: 'nothing' }
    | { readonly type: 'error'; readonly text: string }
    | { readonly type: 'unclear'; readonly reason: string };
}

const giveUps =
  /max search depth too small|reached -DMEMLIM bound|out of memory|hash table is full|aborted|Killed/i;

/** Reads what pan printed, on both of its streams. Its exit status says nothing of errors it found. */
export function outcomeOf(output: string): Outcome {
  const states = numberIn(output, /^\s*(\d+) states, stored/m);
  const errors = numberIn(output, /errors: (\d+)/);
  const numbers = {
    states: states ?? 0,
    depth: numberIn(output, /depth reached (\d+)/) ?? 0,
    megabytes: numberIn(output, /^\s*([\d.]+)\s+total actual memory usage/m) ?? 0,
  };
  return { ...numbers, found: foundIn(output, states, errors) };
}

function foundIn(output: string, states: number | undefined, errors: number | undefined): Outcome['found'] {
  const gaveUp = giveUps.exec(output)?.[0];
  if (gaveUp !== undefined) return { type: 'unclear', reason: gaveUp };
  if (states === undefined || errors === undefined) {
    return { type: 'unclear', reason: `pan printed no result: ${output.slice(-400).trim()}` };
  }
  if (errors > 0) {
    const text = /^pan:\s*\d+: (.*)$/m.exec(output)?.[1];
    return text === undefined
      ? { type: 'unclear', reason: 'pan counted an error and named none' }
      : { type: 'error', text };
  }
  // With nothing found, whatever else ends a search early is a search that did not look everywhere.
  if (output.includes('Search not completed')) return { type: 'unclear', reason: 'search not completed' };
  return { type: 'nothing' };
}

function numberIn(output: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(output)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Undefined where the outcome is the one wanted; what is wrong where it is not. */
export function problemOf({ breaks }: Check, { found }: Outcome): string | undefined {
  if (found.type === 'unclear') return `no answer: ${found.reason}`;
  if (breaks === undefined) return found.type === 'error' ? found.text : undefined;
  if (found.type === 'nothing') return `found no error; expected ${breaks} to be violated`;
  return violations[breaks].test(found.text)
    ? undefined
    : `violated something else than ${breaks}: ${found.text}`;
}
