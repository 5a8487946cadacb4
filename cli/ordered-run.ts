/**
 * A run that this process asked for: followed to its end, or left to whoever hosts. `run` and `runs retry` share it.
 * A free data folder is hosted by this process until the run ends; else whoever hosts it does the work, and this
 * process takes over if that one dies.
 */
import { type Config } from '#adapters/config.ts';
import { type RunId } from '#core/ids.ts';
import { openSession, type Session } from '#local/session.ts';
import { loadHosted } from './agent-code.ts';
import { type Context } from './context.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { openHostLog } from './host-log.ts';
import { isUnhosted, presentHost, startHostHint } from './host-presence.ts';
import { catchInterruption } from './interruption.ts';
import { openView } from './live-view.ts';
import { configOf } from './open.ts';
import { type EndedRun, type Watched, sayAwaited, sayBroken, sayInterrupted, watchRun } from './watch.ts';
import { changedAgentFile, staleHint, staleText } from './stale-host.ts';
import { awaitBreakdown } from './breakdown.ts';
import { storeWorkflows } from './workflow-files.ts';

export interface OrderOptions {
  readonly detach?: boolean;
  readonly json?: boolean;
  /** Follow it while it waits for people, too. */
  readonly watch?: boolean;
}

/** What the parts of such a command share. */
export interface Order {
  readonly context: Context;
  readonly config: Config;
  readonly session: Session;
  readonly options: OrderOptions;
  readonly interrupted: AbortSignal;
  /** Fulfilled once this process may run the code of agents. */
  readonly guarded: Promise<void>;
  /** Rejects once the host here cannot go on by trying again. Never resolves. */
  readonly broken: Promise<never>;
  /** Takes log lines: through the view while there is one. */
  readonly log: { write: (line: string) => void };
}

export interface OrderedRun {
  readonly runId: RunId;
  readonly workflow: string;
  /** Ids of the definition's steps, in its order. */
  readonly steps: readonly string[];
}

/** Opens the data folder for `work` and closes it again, whatever happens. */
export async function withOrder(
  context: Context,
  options: OrderOptions,
  work: (order: Order) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = configOf(context);
  const log = { write: context.output.problem };
  const interruption = catchInterruption();
  const hosts = config.backend.type === 'embedded' && options.detach !== true;
  const guarded = hosts ? interruption.guard() : Promise.resolve();
  const hostLog = openHostLog(context, config, { json: false, write: (line) => log.write(line) });
  const breakdown = awaitBreakdown();
  const logSink = (line: string): void => {
    hostLog.sink(line);
    breakdown.look(line);
  };
  try {
    const session = await openSession(hostLog.config, { host: 'never', load: loadHosted, logSink });
    try {
      const interrupted = interruption.signal;
      const broken = breakdown.happened;
      return await work({ context, config, session, options, interrupted, guarded, log, broken });
    } finally {
      await session.close();
    }
  } finally {
    hostLog.close();
    await guarded;
    interruption.dispose();
  }
}

/** Prints the id, and whether somebody works on it. */
export function leaveToHost({ context, config, options }: Order, { runId, workflow }: OrderedRun): ExitCode {
  const { output } = context;
  const result = { run: runId, workflow, status: 'requested' };
  output.data(options.json === true ? JSON.stringify(result) : runId);
  if (!isUnhosted(config)) return exitCodes.ok;
  output.problem(`Nobody works on it yet: ${startHostHint}.`);
  return exitCodes.waiting;
}

/** To the end; or what to do instead where it was interrupted. */
export async function followOrdered(
  order: Order,
  run: OrderedRun,
  finish: (ended: EndedRun) => Promise<ExitCode>,
): Promise<ExitCode> {
  const watched = await follow(order, run);
  if (watched.awaited !== undefined) return sayAwaited(order.context.output, run, watched.awaited);
  return watched.ended === undefined
    ? sayInterrupted(order.context.output, run.runId, watched)
    : finish(watched.ended);
}

async function follow(order: Order, { runId, workflow, steps }: OrderedRun): Promise<Watched> {
  const { context, session, options, interrupted, log, broken } = order;
  const { output } = context;
  await storeOthers(order);
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const hosting = keepHosting(order, signal);
  const view = openView(output, { title: `${workflow}  ${runId}`, steps, now: Date.now });
  log.write = view.note;
  const untilWaiting = options.watch !== true;
  const json = options.json === true;
  const watched = watchRun(session.platform, runId, { output, view, json, signal, untilWaiting });
  try {
    return await Promise.race([watched, hosting, broken]);
  } catch (error) {
    ended.abort();
    sayBroken(output, runId, await watched.catch(() => ({ commits: [] })));
    throw error;
  } finally {
    ended.abort();
    await watched.catch(() => undefined);
    log.write = output.problem;
  }
}

/** Requests that wait in the log for other workflows must find them, since this process may host. */
async function storeOthers({ context, config, session }: Order): Promise<void> {
  const { output } = context;
  // On Kafka workflows are registered, and whoever runs one hosts nothing.
  if (config.backend.type !== 'embedded') return;
  const holder = presentHost(config);
  if (holder !== undefined) {
    output.note(`Process ${holder.pid} hosts ${config.dataDir} and does the work.`);
    const changed = changedAgentFile(holder.since);
    if (changed !== undefined) output.problem(`warning: ${staleText(changed)}: ${staleHint}.`);
    return;
  }
  await storeWorkflows(session.platform.store.definitions, (workflow) =>
    output.note(
      `${workflow.file} has problems and was not stored: ./baton validate ${workflow.file} shows them.`,
    ),
  );
}

/** Hosts as soon as nobody else does. Rejects if the host breaks; never resolves. */
async function keepHosting({ session, guarded }: Order, signal: AbortSignal): Promise<never> {
  await guarded;
  const host = await session.takeOver(signal);
  return host === undefined ? new Promise<never>(() => undefined) : host.failed;
}
