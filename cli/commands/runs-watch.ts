/** `runs watch <id>`: follows a run that somebody else works on. */
import { type Config } from '#adapters/config.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Seen } from '../follow.ts';
import { presentHost, startHostHint } from '../host-presence.ts';
import { catchInterruption } from '../interruption.ts';
import { openView } from '../live-view.ts';
import { placeOf, readPlatform } from '../open.ts';
import { usageError } from '../problem.ts';
import { type MeantRun, resolveMeantRun } from '../run-ids.ts';
import { stepNames } from '../step-names.ts';
import { printResult, sayInterrupted, watchRun } from '../watch.ts';

export interface WatchOptions {
  readonly json?: boolean;
}

/** A host that is being started or restarted is waited for, and a start that waits in the log. */
const graceMs = 3000;

export async function runsWatchCommand(
  context: Context,
  id: string,
  options: WatchOptions,
): Promise<ExitCode> {
  const { output } = context;
  return readPlatform(context, async (platform, config) => {
    const meant = await resolveMeantRun(platform.store.runs, id, placeOf(config));
    const { runId, row } = meant;
    const interruption = catchInterruption();
    const giveUp = new AbortController();
    const view = openView(output, {
      title: `${row?.workflow ?? 'run'}  ${runId}`,
      steps: await stepNames(platform.store.definitions, row?.digest),
      now: Date.now,
    });
    try {
      const watched = await watchRun(platform, runId, {
        output,
        view,
        json: options.json === true,
        signal: AbortSignal.any([interruption.signal, giveUp.signal, output.closed]),
        idle: patience(config, giveUp),
      });
      if (watched.ended !== undefined) return await printResult(platform, output, watched.ended, options);
      if (!giveUp.signal.aborted) return sayInterrupted(output, runId, watched);
      return deserted(context, config, meant);
    } finally {
      interruption.dispose();
    }
  });
}

/** Aborts once no host has been seen for a while, or a host knows nothing of the run. */
function patience(config: Config, giveUp: AbortController): (seen: Seen) => Promise<void> {
  let hopefulAt = Date.now();
  return async ({ run }) => {
    if (run.status !== 'absent' && presentHost(config) !== undefined) hopefulAt = Date.now();
    else if (Date.now() - hopefulAt > graceMs) giveUp.abort();
  };
}

function deserted({ output }: Context, config: Config, { runId, row }: MeantRun): ExitCode {
  if (presentHost(config) === undefined) {
    output.problem(`Run ${runId} is not over, and nobody works on it: ${startHostHint}.`);
    return exitCodes.waiting;
  }
  if (row !== undefined) return exitCodes.waiting;
  throw usageError('RUN_NOT_FOUND', `no run in ${placeOf(config)} has the id '${runId}'`, {
    expected: 'the id of a run that was started',
    hint: './baton runs list shows the runs there are',
  });
}
