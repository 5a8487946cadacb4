/** `runs watch <id>`: follows a run that somebody else works on. */
import { type Config } from '#adapters/config.ts';
import { type OpenPlatform } from '#adapters/open-platform.ts';
import { type RunId } from '#core/ids.ts';
import { unknownRun } from '../begun-run.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Seen } from '../follow.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { catchInterruption } from '../interruption.ts';
import { openView } from '../live-view.ts';
import { placeOf, readPlatform } from '../open.ts';
import { resolveMeantRun } from '../run-ids.ts';
import { stepNames } from '../step-names.ts';
import { isStartWaiting } from '../waiting-starts.ts';
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
    const { runId, row } = await resolveMeantRun(platform.store.runs, id, placeOf(config));
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
      return await deserted(context, platform, config, runId);
    } finally {
      interruption.dispose();
    }
  });
}

/** Aborts once no host has been seen for a while where one would be seen, or the run has not begun. */
function patience(config: Config, giveUp: AbortController): (seen: Seen) => Promise<void> {
  let hopefulAt = Date.now();
  return async ({ run }) => {
    if (run.status !== 'absent' && !isUnhosted(config)) hopefulAt = Date.now();
    else if (Date.now() - hopefulAt > graceMs) giveUp.abort();
  };
}

async function deserted(
  { output }: Context,
  platform: OpenPlatform,
  config: Config,
  runId: RunId,
): Promise<ExitCode> {
  const deserts = isUnhosted(config);
  if ((await platform.store.runs.get(runId)) !== undefined) {
    if (deserts) output.problem(`Run ${runId} is not over, and nobody works on it: ${startHostHint}.`);
    return exitCodes.waiting;
  }
  // Of Kafka it is not known here whether its start waits there.
  if (platform.embedded !== undefined && !(await isStartWaiting(platform, runId)))
    throw unknownRun(config, runId);
  output.problem(
    deserts
      ? `Run ${runId} has not begun, and nobody works on it: ${startHostHint}.`
      : `Run ${runId} has not begun: its start has not been read yet${platform.embedded === undefined ? ', if there is one' : ''}.`,
  );
  return exitCodes.waiting;
}
