/**
 * `run <workflow>`: starts a run and follows it to its end.
 * A free data folder is hosted by this process until the run ends; else whoever hosts it does the work, and this
 * process takes over if that one dies.
 */
import { type Config } from '#adapters/config.ts';
import { type BatonEvent } from '#core/cloud-event.ts';
import { type RunId } from '#core/ids.ts';
import { digestOf } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { type RunFacts } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { openSession, type Session } from '#local/session.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findWorkflow } from '../find-workflow.ts';
import { presentHost, startHostHint } from '../host-presence.ts';
import { catchInterruption } from '../interruption.ts';
import { openView } from '../live-view.ts';
import { logLines } from '../log-line.ts';
import { configOf } from '../open.ts';
import { usageError } from '../problem.ts';
import { type AskedInput, findInput, type FoundInput } from '../run-input.ts';
import { runIdOfStart, sendEvents, startEvent } from '../send.ts';
import { type EndedRun, printResult, sayInterrupted, watchRun } from '../watch.ts';
import { storeWorkflows } from '../workflow-files.ts';

export interface RunOptions extends AskedInput {
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** What the parts of this command share. */
interface Order {
  readonly context: Context;
  readonly config: Config;
  readonly session: Session;
  readonly options: RunOptions;
  readonly interrupted: AbortSignal;
  /** Takes log lines: through the view while there is one. */
  readonly log: { write: (line: string) => void };
}

export async function runCommand(context: Context, workflow: string, options: RunOptions): Promise<ExitCode> {
  if (options.watch === true && options.detach === true)
    throw usageError('USAGE', '--watch and --detach exclude each other', { hint: 'leave one of them out' });
  const config = configOf(context);
  const log = { write: context.output.problem };
  const interruption = catchInterruption();
  const session = await openSession(config, {
    host: 'never',
    logSink: logLines(context, { json: false, write: (line) => log.write(line) }),
  });
  try {
    return await order(
      { context, config, session, options, interrupted: interruption.signal, log },
      workflow,
    );
  } finally {
    await session.close();
    interruption.dispose();
  }
}

async function order(order: Order, workflow: string): Promise<ExitCode> {
  const { context, session, options } = order;
  const { log, store, random, clock } = session.platform;
  const found = await findWorkflow(store.definitions, workflow);
  if ('problems' in found) {
    context.output.problem(renderProblems(found.problems, found));
    return exitCodes.usage;
  }
  const input = findInput(found.definition, options);
  sayInput(order, input);
  const event = startEvent(random, clock.now(), { workflow: found.asked, input: input.input });
  const runId = await runIdOfStart(store, event);
  const [first] = await store.commits.history(runId);
  refuseOtherPayload(event, runId, startOf(first));
  await sendEvents(log, [event]);
  if (options.detach === true) return detach(order, found.definition, runId);
  const ended = await follow(order, found.definition, runId);
  if (ended === undefined) return sayInterrupted(context.output, runId);
  // Somebody else may have started it in the meantime.
  refuseOtherPayload(event, runId, ended.run.start);
  if (ended.run.start.id !== event.id)
    context.output.note('The same idempotency key had started this run before: its result is given again.');
  return printResult(session.platform, context.output, ended);
}

type RunStart = RunFacts['start'];

const startOf = (first: Commit | undefined): RunStart | undefined =>
  first?.events.find((event) => event.type === 'run.started');

/** An idempotency key stands for one payload: the run it names is not the run that is asked for here. */
function refuseOtherPayload(event: BatonEvent, runId: RunId, start: RunStart | undefined): void {
  if (start === undefined || start.payloadDigest === digestOf(event.data ?? null)) return;
  throw usageError(
    'IDEMPOTENCY_CONFLICT',
    `the same idempotency key started run ${runId} with another input`,
    {
      expected: 'the same input as before, or another key',
      hint: `./baton runs get ${runId} shows that input`,
    },
  );
}

function sayInput({ context }: Order, { input, example }: FoundInput): void {
  if (example === undefined) return;
  const [name = '', value = ''] = Object.entries(input)[0] ?? [];
  context.output.note(`Input from ${example}: ${name}=${JSON.stringify(value)}. Give another: -i ${name}=…`);
}

function detach({ context, config, options }: Order, definition: Definition, runId: RunId): ExitCode {
  const { output } = context;
  const result = { run: runId, workflow: definition.name, status: 'requested' };
  output.data(options.json === true ? JSON.stringify(result) : runId);
  if (presentHost(config) !== undefined) return exitCodes.ok;
  output.problem(`Nobody works on it yet: ${startHostHint}.`);
  return exitCodes.waiting;
}

async function follow(order: Order, definition: Definition, runId: RunId): Promise<EndedRun | undefined> {
  const { context, session, options, interrupted, log } = order;
  const { output } = context;
  const title = `${definition.name}  ${runId}`;
  await storeOthers(order);
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupted, ended.signal]);
  const hosting = keepHosting(order, signal);
  const view = openView(output, { title, steps: definition.steps.map((step) => step.id), now: Date.now });
  log.write = view.note;
  const watched = watchRun(session.platform, runId, { output, view, json: options.json === true, signal });
  try {
    return await Promise.race([watched, hosting]);
  } finally {
    ended.abort();
    await watched.catch(() => undefined);
    log.write = output.problem;
  }
}

/** Requests that wait in the log for other workflows must find them, since this process may host. */
async function storeOthers({ context, config, session }: Order): Promise<void> {
  const { output } = context;
  const holder = presentHost(config);
  if (holder !== undefined)
    return output.note(`Process ${holder.pid} hosts ${config.backend.dataDir} and does the work.`);
  await storeWorkflows(session.platform.store.definitions, (workflow) =>
    output.note(
      `${workflow.file} has problems and was not stored: ./baton validate ${workflow.file} shows them.`,
    ),
  );
}

/** Hosts as soon as nobody else does. Rejects if the host breaks; never resolves. */
async function keepHosting({ session }: Order, signal: AbortSignal): Promise<never> {
  const host = await session.takeOver(signal);
  return host === undefined ? new Promise<never>(() => undefined) : host.failed;
}
