/**
 * One task, from its claim to its response.
 * PT1. A recorded result is sent again and never made again (C8).
 * PT2. A call that was taken over, cancelled or timed out by the orchestrator stores and publishes nothing.
 *      Nor does it begin where it was given up before its input was there.
 * PT3. Whatever the agent does, an answer leaves by the attempt's deadline; running out of function time leaves none.
 */
import { assertNever } from '#core/assert-never.ts';
import { outcomeData, type TaskOutcome } from '#core/event-data.ts';
import { failure } from '#core/failure.ts';
import { checkJson } from '#core/json-bytes.ts';
import { type Invocation } from '#core/invocation-store.ts';
import { type Soon, whenThere } from '../soon.ts';
import { openAttempt, timeoutFailure, type Attempt, type Stop } from './attempt.ts';
import { checkIn, loadPayload } from './claim-check.ts';
import { failed, type CallEnd, type HostDeps, type HostedAgent } from './host.ts';
import { aboutTask, type HostTask } from './host-task.ts';
import { leaseSlackMs, type HoldLease } from './invocation-lease.ts';
import { parseAnswer, responseRecord, storedAnswer, type Answer } from './response-event.ts';
import { type Settle } from './settle.ts';

/** `unfinished`: the record has to come again. */
export type Performed = 'done' | 'unfinished';

export interface PerformDeps extends HostDeps {
  readonly holdLease: HoldLease;
  readonly settle: Settle;
}

export interface Job {
  readonly task: HostTask;
  readonly agent: HostedAgent;
  /** When the function must stop to answer in time, milliseconds since 1970. */
  readonly timeUpAt: number;
}

/** `claim` is absent for agents without a record (`repeat`); `owner` is the name the claim was made under. */
export function performTask(
  deps: PerformDeps,
  job: Job,
  owner: string,
  claim: Invocation | undefined,
): Soon<Performed> {
  switch (claim?.status) {
    case undefined:
      return callAndSettle(deps, job, undefined);
    case 'mine':
      return callAsOwner(deps, job, owner);
    case 'finished':
      return sendAgain(deps, job.task, claim.result);
    case 'running':
      return waitForOwner(deps, job, claim.leaseUntil);
    case 'accepted':
    case 'marked':
      deps.logger.debug({ ...aboutTask(job.task), status: claim.status }, 'redelivered task needs nothing');
      return 'done';
    default:
      return assertNever(claim);
  }
}

async function sendAgain(
  deps: PerformDeps,
  task: HostTask,
  stored: Parameters<typeof parseAnswer>[0],
): Promise<Performed> {
  const answer = parseAnswer(stored);
  if (answer === undefined) {
    // The deadline of the attempt decides; calling the agent again could do its work twice.
    deps.logger.error(aboutTask(task), 'stored result cannot be read');
    return 'done';
  }
  await deps.settle({ response: responseRecord(task, answer, deps.clock.now()) });
  return 'done';
}

/** Somebody else is at it, or died at it: when the record comes again, the result is there or the lease is gone. */
async function waitForOwner(deps: PerformDeps, { timeUpAt }: Job, leaseUntil: number): Promise<Performed> {
  const until = Math.min(leaseUntil + leaseSlackMs, timeUpAt);
  while (deps.clock.now() < until) {
    const { promise, resolve } = Promise.withResolvers<void>();
    deps.timers.after(until - deps.clock.now(), resolve);
    await promise;
  }
  return 'unfinished';
}

async function callAsOwner(deps: PerformDeps, job: Job, owner: string): Promise<Performed> {
  try {
    const performed = await callAndSettle(deps, job, owner);
    if (performed === 'unfinished') await giveUp(deps, job.task, owner);
    return performed;
  } catch (error) {
    await giveUp(deps, job.task, owner);
    throw error;
  }
}

/** So that the next delivery need not wait for the lease. Where this fails, it waits. */
async function giveUp(deps: PerformDeps, task: HostTask, owner: string): Promise<void> {
  try {
    await deps.invocations.release(task.id, owner);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    deps.logger.warn({ ...aboutTask(task), reason }, 'lease not given up');
  }
}

async function callAndSettle(deps: PerformDeps, job: Job, owner: string | undefined): Promise<Performed> {
  const { task, agent } = job;
  const deadlineAt = task.expiresAt ?? deps.clock.now() + agent.manifest.timeoutMs;
  const attempt = openAttempt(deps, { deadlineAt, timeUpAt: job.timeUpAt });
  const letGo = owner === undefined ? undefined : deps.holdLease(task.id, owner, (end) => attempt.stop(end));
  deps.logger.info(aboutTask(task), 'agent called');
  try {
    const end = await Promise.race([callAgent(deps, job, attempt), attempt.stopped]);
    if (typeof end === 'string' && end !== 'deadline') return afterStop(deps, task, end);
    return await settleEnd(deps, task, owner, end === 'deadline' ? failed(timeoutFailure(deadlineAt)) : end);
  } finally {
    letGo?.();
    attempt.close();
  }
}

function afterStop(deps: PerformDeps, task: HostTask, stop: Exclude<Stop, 'deadline'>): Performed {
  deps.logger.info({ ...aboutTask(task), reason: stop }, 'call stopped');
  switch (stop) {
    case 'cancelled':
    case 'timeout':
      return 'done';
    case 'lost':
    case 'outOfTime':
      return 'unfinished';
    default:
      return assertNever(stop);
  }
}

async function callAgent(deps: PerformDeps, { task, agent }: Job, attempt: Attempt): Promise<CallEnd> {
  const loading = loadPayload(deps.blobs, { tenant: task.tenant, runId: task.runId }, task.input);
  const input = loading instanceof Promise ? await loading : loading;
  if (!input.ok) return failed(input.problem);
  // Stopped while its input was read: the call was given up, and may be another's by now. Nobody waits for this end.
  if (attempt.signal.aborted) return failed(timeoutFailure(attempt.endsAt));
  const logger = deps.logger.child({
    run: task.runId,
    step: task.step,
    attempt: task.attempt,
    agent: task.agent,
    event: task.event.id,
  });
  return agent.call({
    task,
    input: input.value,
    signal: attempt.signal,
    endsAt: attempt.endsAt,
    logger,
  });
}

async function settleEnd(
  deps: PerformDeps,
  task: HostTask,
  owner: string | undefined,
  end: CallEnd,
): Promise<Performed> {
  if (end.type === 'accepted') {
    if (owner === undefined) return 'done';
    const settled = await deps.settle({ finish: { id: task.id, owner, outcome: { status: 'accepted' } } });
    return settled === 'settled' ? 'done' : 'unfinished';
  }
  const soon = answerOf(deps, task, end.outcome);
  const answer = soon instanceof Promise ? await soon : soon;
  const response = responseRecord(task, answer, deps.clock.now());
  if (owner === undefined) await deps.settle({ response });
  else {
    const outcome = { status: 'finished', result: storedAnswer(answer) } as const;
    // Lost or marked meanwhile: when the record comes again, its invocation says which.
    if ((await deps.settle({ finish: { id: task.id, owner, outcome }, response })) === 'lost')
      return 'unfinished';
  }
  return 'done';
}

/** The outcome as it travels: a large output as a claim check, and nothing that the reading side would refuse. */
function answerOf(deps: PerformDeps, task: HostTask, outcome: TaskOutcome): Soon<Answer> {
  if (outcome.status === 'failed') return outcomeData(outcome);
  const scope = { tenant: task.tenant, runId: task.runId };
  return whenThere(checkIn(deps.blobs, scope, outcome.output.value), (output) => {
    const answer = outcomeData({ ...outcome, output });
    const problem = checkJson(answer.data);
    if (problem === undefined) return answer;
    const message = `the output of agent ${task.agent} cannot travel: ${problem.message}`;
    return outcomeData({ status: 'failed', failure: failure('AGENT_OUTPUT_TYPE', message) });
  });
}
