/** Which run a person means: a whole id, a beginning that only one run has, or `@last`. */
import { parseRunId, type RunId } from '#core/ids.ts';
import { type RunIndex, type RunRow } from '#core/ports.ts';
import { typed, usageError } from './problem.ts';

const list = { hint: './baton runs list shows the runs there are' };

/** Throws `CliError`, exit 2, where no run or more than one is meant. `place`: where it is looked for. */
export async function resolveRun(runs: RunIndex, text: string, place: string): Promise<RunRow> {
  if (text === '@last') {
    const [last] = await runs.list({ limit: 1 });
    if (last !== undefined) return last;
    throw usageError('RUN_NOT_FOUND', `there is no run in ${place} yet`, {
      expected: 'a run that was started there',
      hint: 'start one: ./baton run design-and-provision',
    });
  }
  const prefix = text.toLowerCase();
  if (!/^[0-9a-hjkmnp-tv-z]{1,26}$/.test(prefix))
    throw usageError('ID_INVALID', `${typed(text)} is not a run id`, {
      expected: '26 letters and digits, the beginning of them, or @last',
      ...list,
    });
  const found = await runs.list({ idPrefix: prefix, limit: 6 });
  const [only] = found;
  if (only === undefined)
    throw usageError('RUN_NOT_FOUND', `no run in ${place} has an id that begins with ${typed(text)}`, {
      expected: 'the id of a run, the beginning of one, or @last',
      ...list,
    });
  if (found.length > 1)
    throw usageError('RUN_AMBIGUOUS', `${typed(text)} is the beginning of several ids`, {
      expected: 'a beginning that only one run has',
      hint: `give more of it: ${found.map((row) => row.runId).join(', ')}`,
    });
  return only;
}

export interface MeantRun {
  readonly runId: RunId;
  /** Absent where the run was asked for and has not begun. */
  readonly row?: RunRow;
}

/** As `resolveRun`, but a whole id is taken as it is: its run may be waiting in the log for a host. */
export async function resolveMeantRun(runs: RunIndex, text: string, place: string): Promise<MeantRun> {
  const runId = parseRunId(text.toLowerCase());
  if (runId !== undefined) {
    const row = await runs.get(runId);
    return row === undefined ? { runId } : { runId, row };
  }
  const row = await resolveRun(runs, text, place);
  return { runId: row.runId, row };
}
