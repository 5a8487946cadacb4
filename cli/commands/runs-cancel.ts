/** `runs cancel <id>`: asks for the end of a run, and waits shortly to see it. */
import { type RunId } from '#core/ids.ts';
import { isLive } from '#core/row-status.ts';
import { type RunRow, type Store } from '#core/ports.ts';
import { openSession } from '#local/session.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followRun } from '../follow.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { configOf, placeOf } from '../open.ts';
import { usageError } from '../problem.ts';
import { resolveMeantRun } from '../run-ids.ts';
import { cancelEvent, sendEvents } from '../send.ts';
import { userName } from '../user-name.ts';

export interface CancelOptions {
  readonly reason?: string;
  readonly json?: boolean;
}

const waitMs = 5000;
const longestReason = 1024;

export async function runsCancelCommand(
  context: Context,
  id: string,
  options: CancelOptions,
): Promise<ExitCode> {
  checkReason(options.reason);
  const config = configOf(context);
  const session = await openSession(config, { host: 'never' });
  try {
    const { log, store, random, clock } = session.platform;
    const { runId, row } = await resolveMeantRun(store.runs, id, placeOf(config));
    if (row !== undefined) checkLive(row);
    const reason = options.reason === undefined ? {} : { reason: options.reason };
    await sendEvents(log, [cancelEvent(random, clock.now(), { runId, by: userName(), ...reason })]);
    const hosted = !isUnhosted(config);
    return say(context, options, {
      runId,
      hosted,
      status: hosted ? await statusSoon(store, runId) : 'running',
    });
  } finally {
    await session.close();
  }
}

function checkReason(reason: string | undefined): void {
  if (reason === undefined || (reason !== '' && reason.length <= longestReason)) return;
  throw usageError('USAGE', reason === '' ? '--reason is empty' : '--reason is too long', {
    expected: `1 to ${longestReason} characters`,
    hint: reason === '' ? 'say why, or leave it out' : 'say it shorter',
  });
}

function checkLive(row: RunRow): void {
  if (isLive(row.status) || row.status === 'quarantined') return;
  throw usageError('RUN_ENDED', `run ${row.runId} is ${row.status} already`, {
    expected: 'a run that is not over',
    hint: './baton runs list --status running shows those',
  });
}

type Status = 'unknown' | 'running' | 'completed' | 'failed' | 'cancelled';

/** The status once the run has ended, or what it was when it took too long. */
async function statusSoon(store: Store, runId: RunId): Promise<Status> {
  let status: Status = 'unknown';
  for await (const { run } of followRun(store.commits, runId, { signal: AbortSignal.timeout(waitMs) }))
    status = run.status === 'finished' ? run.outcome.status : 'running';
  return status;
}

interface Asked {
  readonly runId: RunId;
  readonly status: Status;
  readonly hosted: boolean;
}

function say({ output }: Context, options: CancelOptions, { runId, status, hosted }: Asked): ExitCode {
  const over = status !== 'running' && status !== 'unknown';
  const shown = over ? status : 'cancelling';
  output.data(options.json === true ? JSON.stringify({ run: runId, status: shown }) : `${runId}  ${shown}`);
  if (over) return exitCodes.ok;
  if (!hosted) output.problem(`Nobody works on it yet: ${startHostHint}.`);
  else if (status === 'running') output.problem('Steps in flight are still settling.');
  else output.problem('No such run has begun. The request is kept for a minute, in case it does.');
  return exitCodes.waiting;
}
