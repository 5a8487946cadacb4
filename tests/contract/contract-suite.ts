/** What every contract suite shares: a fresh subject for each test, closed afterwards, with nothing left behind. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { type Store } from '#core/ports.ts';

export interface Closable {
  close(): Promise<void>;
}

/** A store of its own: nothing that another test wrote is in it. */
export interface StoreSubject extends Closable {
  readonly store: Store;
}

/** `tests` gets a function that gives the running test's subject. */
export function contractSuite<S extends Closable>(
  name: string,
  open: () => Promise<S>,
  tests: (subject: () => S) => void,
): void {
  describe(name, () => {
    let current: S | undefined;
    let before: readonly string[] = [];
    beforeEach(async () => {
      before = openResources();
      current = await open();
    });
    afterEach(async () => {
      await current?.close();
      current = undefined;
      await until(
        () => leaked(before).length === 0,
        () => `left behind: ${leaked(before).join(', ')}`,
      );
    });
    tests(() => {
      assert.ok(current, 'a subject exists only while a test runs');
      return current;
    });
  });
}

/** Waits for a condition without a sleep of fixed length; fails with `problem` after `deadlineMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  problem: () => string,
  deadlineMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(problem());
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** For `assert.rejects`: the one error an adapter may throw, its text naming `code` and all of `parts`. */
export const infrastructureProblem =
  (code: RegExp, ...parts: readonly string[]) =>
  (error: unknown): true => {
    assert.ok(error instanceof InfrastructureError, `expected an InfrastructureError, got ${String(error)}`);
    assert.match(error.message, code);
    for (const part of parts)
      assert.ok(error.message.includes(part), `${error.message} does not name ${part}`);
    return true;
  };

/** Timers, sockets, files and child processes; what the runner itself uses for a moment is left out. */
const openResources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((name) => name !== 'Immediate' && name !== 'CloseReq');

function leaked(before: readonly string[]): readonly string[] {
  const known = [...before];
  return openResources().filter((name) => {
    const place = known.indexOf(name);
    if (place >= 0) known.splice(place, 1);
    return place < 0;
  });
}
