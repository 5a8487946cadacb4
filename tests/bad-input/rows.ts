/**
 * The rows of the bad-input list, and how a test says which one it covers. `coverage.test.ts` reads the ids out of the
 * test files: every row is tested, or waits in `waiting.ts` for a part that is named there.
 */
import { it } from 'node:test';

/** Letter → how many rows: W workflow files, X expressions, E events, K Kafka, D stored data, A agents, H HTTP, C CLI. */
export const letters = { W: 33, X: 11, E: 22, K: 10, D: 6, A: 11, H: 7, C: 7 } as const;

export const rowIds: readonly string[] = Object.entries(letters).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`),
);

/** One test of a row. A minute: bad input is refused fast, but the machine may be busy with other things. */
export function row(id: string, what: string, test: () => void | Promise<void>): void {
  if (!rowIds.includes(id)) throw new Error(`there is no row ${id}; expected one of ${rowIds.join(', ')}`);
  it(`${id}: ${what}`, { timeout: 60_000 }, test);
}
