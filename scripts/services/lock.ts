/** One `up` or `down` at a time: two would start everything twice. The death of a holder frees it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServicesError } from './problem.ts';

/** Waits as long as the other one works: a first build takes minutes. */
const patienceMs = 15 * 60_000;

/** Runs `work` alone among all processes that use this folder. */
export async function alone(
  folder: string,
  say: (line: string) => void,
  work: () => Promise<void>,
  waitMs = patienceMs,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    if (!tryToHold(database, 0)) {
      say('waiting for another `npm run services` that is at work');
      if (!tryToHold(database, waitMs)) throw stillAtWork(waitMs);
    }
    await work();
  } finally {
    database.close();
  }
}

function tryToHold(database: DatabaseSync, waitMs: number): boolean {
  try {
    database.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
    return true;
  } catch (error) {
    if (error instanceof Error && /locked|busy/i.test(error.message)) return false;
    throw error;
  }
}

const stillAtWork = (waitMs: number): ServicesError =>
  new ServicesError({
    what: `another \`npm run services\` is still at work after ${waitMs / 1000} s`,
    expected: 'that it ends',
    fix: 'look at what it prints; end it if it hangs, then run the command again.',
  });
