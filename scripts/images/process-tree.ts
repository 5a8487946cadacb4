/** The program at the end of a chain of starters, which pass no signal on. */
import { globSync, readFileSync } from 'node:fs';

/** The youngest descendant of a process, or itself: buildah starts itself twice before it starts the program. */
export function lastOf(pid: number): number {
  const [child] = childrenOf(pid);
  return child === undefined ? pid : lastOf(child);
}

/** A child stands with the thread that started it. */
function childrenOf(pid: number): readonly number[] {
  const lists = globSync(`/proc/${pid}/task/*/children`).map(readOrNothing);
  return lists.flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number));
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Ended between two looks.
  }
}
