/** What a call that failed halfway leaves behind of the several things it was given. */
import { type Choices } from './choices.ts';

/**
 * Some of the items, never none and never all. Items of one key keep their order and lose only their end, as the
 * records of a partition and the writes to a document do; of several keys, whole ones are missing.
 */
export function partOf<T>(items: readonly T[], keyOf: (item: T) => string, choices: Choices): readonly T[] {
  const groups = Map.groupBy(items, keyOf);
  if (groups.size < 2) return items.slice(0, 1 + choices.pick(items.length - 1));
  const missing = new Set([...groups.keys()].filter(() => choices.chance(0.5)));
  const [first = ''] = groups.keys();
  if (missing.size === groups.size) missing.delete(first);
  if (missing.size === 0) missing.add([...groups.keys()].at(-1) ?? '');
  return items.filter((item) => !missing.has(keyOf(item)));
}
