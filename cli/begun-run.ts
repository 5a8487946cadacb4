/** Which run a person means, for commands that show what it has done: one that was only asked for has nothing yet. */
import { type Config } from '#adapters/config.ts';
import { type OpenPlatform } from '#adapters/open-platform.ts';
import { type RunId } from '#core/ids.ts';
import { type RunRow } from '#core/ports.ts';
import { exitCodes } from './exit-codes.ts';
import { isUnhosted, startHostHint } from './host-presence.ts';
import { placeOf } from './open.ts';
import { CliError, usageError } from './problem.ts';
import { resolveMeantRun } from './run-ids.ts';
import { isStartWaiting } from './waiting-starts.ts';

/** Throws `CliError`: exit 3 where the run waits for its start to be read, else 2. */
export async function resolveBegunRun(platform: OpenPlatform, config: Config, text: string): Promise<RunRow> {
  const { runId, row } = await resolveMeantRun(platform.store.runs, text, placeOf(config));
  if (row !== undefined) return row;
  if (await isStartWaiting(platform, runId)) throw notBegun(config, runId);
  // It may have begun since it was looked for.
  const begun = await platform.store.runs.get(runId);
  if (begun !== undefined) return begun;
  throw unknownRun(config, runId);
}

const notBegun = (config: Config, runId: RunId): CliError =>
  new CliError({
    code: 'RUN_NOT_BEGUN',
    exit: exitCodes.waiting,
    message: `run ${runId} was asked for and has not begun: its start waits in the log for a host`,
    expected: 'a run that has begun',
    hint: isUnhosted(config) ? startHostHint : `./baton runs watch ${runId} follows it`,
  });

/** Elsewhere than in a data folder nobody here sees whether its start waits. */
export const unknownRun = (config: Config, runId: RunId): CliError =>
  usageError(
    'RUN_NOT_FOUND',
    config.backend.type === 'embedded'
      ? `no run in ${placeOf(config)} has the id '${runId}', and no start that waits in its log will have it`
      : `no run in ${placeOf(config)} has the id '${runId}' so far`,
    {
      expected:
        config.backend.type === 'embedded'
          ? 'the id of a run that was asked for there'
          : 'the id of a run that has begun; one that was just asked for begins when a worker reads its start',
      hint: './baton runs list shows the runs there are',
    },
  );
