/**
 * `runs retry <run>`: a new run in place of one that failed or was cancelled, linked to it. The same version of the
 * workflow, the same input and labels; the recorded results of completed steps are used again, so it goes on where the old one
 * stopped. The old run stays as it ended.
 */
import { absent, evolveCommit } from '#core/run/evolve.ts';
import { type FinishedRun } from '#core/run/types.ts';
import { type DefinitionStore, type RunRow, type Store } from '#core/ports.ts';
import { createDefinitions } from '#functions/orchestrator/definitions.ts';
import { resolveBegunRun } from '../begun-run.ts';
import { type Context } from '../context.ts';
import { type ExitCode } from '../exit-codes.ts';
import { followOrdered, leaveToHost, type Order, type OrderOptions, withOrder } from '../ordered-run.ts';
import { type CliError, usageError } from '../problem.ts';
import { runIdOfStart, sendStart, startEvent } from '../send.ts';
import { stepNames } from '../step-names.ts';
import { printResult } from '../watch.ts';

export type RetryOptions = OrderOptions;

export async function runsRetryCommand(
  context: Context,
  id: string,
  options: RetryOptions,
): Promise<ExitCode> {
  return withOrder(context, options, (order) => retry(order, id));
}

async function retry(order: Order, id: string): Promise<ExitCode> {
  const { context, session, options } = order;
  const { store, random, clock } = session.platform;
  const old = await endedRun(store, await resolveBegunRun(session.platform, order.config, id));
  const { name, version, digest } = old.workflow ?? { name: old.asked };
  // Without an input of its own it takes the old one, claim checks and all.
  const event = startEvent(random, clock.now(), {
    workflow: version === undefined ? name : `${name}@${version}`,
    input: {},
    retryOf: old.runId,
    tenant: old.tenant,
    ...(old.labels === undefined ? {} : { labels: old.labels }),
  });
  const runId = await runIdOfStart(store, event);
  await sendStart(session.platform, event, runId);
  context.output.note(`Retry of run ${old.runId}: run ${runId}.`);
  const run = { runId, workflow: name, steps: await stepNames(store.definitions, digest) };
  if (options.detach === true) return leaveToHost(order, run);
  return followOrdered(order, run, (ended) => printResult(session.platform, context.output, ended, options));
}

/** Throws `CliError` for a run that is not over, or that has nothing to try again. */
async function endedRun(store: Store, row: RunRow): Promise<FinishedRun> {
  const run = (await store.commits.history(row.runId)).reduce(evolveCommit, absent);
  if (run.status !== 'finished') throw notOver(row);
  if (run.outcome.status !== 'completed') return run;
  const needed = await neededInputs(store.definitions, run.workflow?.digest);
  throw usageError('RUN_COMPLETED', `run ${row.runId} has completed: there is nothing to try again`, {
    expected: 'a run that failed or was cancelled',
    hint: `start it anew: ${['./baton run', run.workflow?.name ?? run.asked, ...needed.map((name) => `-i ${name}=…`)].join(' ')}`,
  });
}

/** The inputs that a run of this definition must be given. */
async function neededInputs(
  definitions: DefinitionStore,
  digest: string | undefined,
): Promise<readonly string[]> {
  if (digest === undefined) return [];
  const required = (await createDefinitions(definitions).byDigest(digest))?.inputSchema['required'];
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

function notOver({ runId, status }: RunRow): CliError {
  if (status === 'tombstone')
    return usageError('RUN_EXPIRED', `run ${runId} ended long ago, and its history is not kept any more`, {
      expected: 'a run within the retention of the store',
      hint: 'start a new one: ./baton run <workflow>',
    });
  return usageError('RUN_LIVE', `run ${runId} is not over: it is ${status}`, {
    expected: 'a run that failed or was cancelled',
    hint:
      status === 'quarantined'
        ? `./baton recover ${runId} lets it go on`
        : `./baton runs watch ${runId} follows it, ./baton runs cancel ${runId} ends it`,
  });
}
