/** "Did you mean": the known name nearest to a misspelt one. */
import { distance } from 'fastest-levenshtein';

/** A file with thousands of steps and thousands of misspelt names is still answered at once. */
const mostCandidates = 2000;

/** The nearest of `known`, if it is near enough to be meant; never more than half the name away. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  // A long name can only be nonsense, and comparing it with thousands of others would take time.
  if (name.length > 80) return undefined;
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.min(3, Math.floor(name.length / 2)));
  let best: { readonly name: string; readonly far: number } | undefined;
  let left = mostCandidates;
  for (const candidate of known) {
    if ((left -= 1) < 0) break;
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const far = distance(wanted, candidate.toLowerCase());
    if (far <= limit && (best === undefined || far < best.far)) best = { name: candidate, far };
  }
  return best?.name;
}
