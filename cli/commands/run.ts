/** `run <workflow>`: starts a run and follows it to its end. */
import { type BatonEvent } from '#core/cloud-event.ts';
import { type RunId } from '#core/ids.ts';
import { digestOf } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { type RunFacts } from '#core/run/types.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findWorkflow } from '../find-workflow.ts';
import { followOrdered, leaveToHost, type Order, type OrderOptions, withOrder } from '../ordered-run.ts';
import { usageError } from '../problem.ts';
import { cut } from '../record-text.ts';
import { type AskedInput, findInput, type FoundInput } from '../run-input.ts';
import { runIdOfStart, sendStart, startEvent } from '../send.ts';
import { printResult } from '../watch.ts';

export interface RunOptions extends AskedInput, OrderOptions {}

export async function runCommand(context: Context, workflow: string, options: RunOptions): Promise<ExitCode> {
  if (options.watch === true && options.detach === true)
    throw usageError('USAGE', '--watch and --detach exclude each other', {
      expected: 'one of them',
      hint: 'leave one of them out',
    });
  return withOrder(context, options, (order) => start(order, workflow, options));
}

async function start(order: Order, workflow: string, options: RunOptions): Promise<ExitCode> {
  const { context, session } = order;
  const { store, random, clock } = session.platform;
  const found = await findWorkflow(store.definitions, workflow, {
    storing: session.platform.embedded !== undefined,
  });
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
  await sendStart(session.platform, event, runId);
  const { name, steps } = found.definition;
  const run = { runId, workflow: name, steps: steps.map((step) => step.id) };
  if (options.detach === true) return leaveToHost(order, run);
  return followOrdered(order, run, (ended) => {
    // Somebody else may have started it in the meantime.
    refuseOtherPayload(event, runId, ended.run.start);
    if (ended.run.start.id !== event.id)
      context.output.note('The same idempotency key had started this run before: its result is given again.');
    return printResult(session.platform, context.output, ended, order.options);
  });
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
  const { output } = context;
  const [name = '', value = ''] = Object.entries(input)[0] ?? [];
  output.note(cut(`Input from ${example}: ${name}=${JSON.stringify(value)}`, output.size().columns - 1));
  output.note(`Give another: -i ${name}=…`);
}
