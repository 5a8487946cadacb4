/**
 * Decides what a run does next.
 * D1. Pure: the same (definition, run, input, moment), the same events.
 * D2. A finished run's outcome never changes; what still comes is recorded at most once.
 * D3. Exactly one terminal event for each (step, attempt); attempt numbers never restart.
 * D4. An answer to an attempt that was given up is recorded as late, once: redelivery and late answers are harmless.
 * D5. Every wake on a live run leaves the armed bound equal to the next deadline; every other decision only lowers it.
 * D6. Every open attempt and every approval that waits has a deadline, so every live run has a bound.
 */
import { assertNever } from '../assert-never.ts';
import { failure, type Failure } from '../failure.ts';
import { type BlobRef } from '../payload.ts';
import { validateInput } from '../workflow/validate-input.ts';
import { graphOf } from '../workflow/graph.ts';
import { type AgentStep, type StepDefinition } from '../workflow/definition.ts';
import { attemptStands } from './absorb.ts';
import {
  advance,
  agentOf,
  cancelRest,
  cancelStep,
  continueRun,
  dispatch,
  failStep,
  isFull,
  stepState,
} from './advance.ts';
import { type World } from './advance.ts';
import { approvalOverdue, lateDecision, takeDecision } from './approval.ts';
import { attemptTimeout, nextDeadline, runTimeout, stepDue } from './deadline.ts';
import { draftFrom, draftOf, emit, type Draft } from './draft.ts';
import { isSettled } from './evolve.ts';
import { retryAtOf } from './retry.ts';
import { stepEntries } from './step-states.ts';
import { type FinishedRun, type LiveRun, type RunEvent, type RunInput, type RunState } from './types.ts';

export type Decision =
  | {
      readonly events: readonly RunEvent[];
      /** Work is ready that this decision did not take; ask again with `continue` after storing this one. */
      readonly more: boolean;
    }
  /** An expression wants these values: load them, verify their digests, ask again. */
  | { readonly needs: readonly BlobRef[] };

const nothingToDo: Decision = { events: [], more: false };

type Start = Extract<RunInput, { type: 'start' }>;
type Response = Extract<RunInput, { type: 'response' }>;

/** `definition` is absent only where a start's workflow was not found (`input.problem` says why). */
type StartWorld = Omit<World, 'definition'> & Partial<Pick<World, 'definition'>>;

export function decide(world: StartWorld, run: RunState, input: RunInput): Decision {
  const { definition } = world;
  if (run.status === 'absent') return input.type === 'start' ? start(world, input) : nothingToDo;
  if (input.type === 'start') return { events: [conflict(input)], more: false };
  if (run.status === 'finished') return recordLate(world, run, input); // D2
  if (definition === undefined) throw new Error(`run ${run.runId} is live and has no definition`);
  const draft = draftOf(run);
  react(draft, { ...world, definition }, run, input);
  return closed(draft, input, world.moment.now);
}

function react(draft: Draft, world: World, run: LiveRun, input: Exclude<RunInput, { type: 'start' }>): void {
  switch (input.type) {
    case 'response':
      return takeResponse(draft, world, run, input);
    case 'cancel':
      return cancel(draft, input, world.moment.now);
    case 'decision':
      return takeDecision(draft, world, input);
    case 'wake':
      emit(draft, { type: 'wake.consumed', wakeSentAt: input.wakeSentAt });
      return takeDue(draft, world);
    case 'continue':
      return continueRun(draft, world);
    default:
      return assertNever(input);
  }
}

// ---------------------------------------------------------------- start

function start(world: StartWorld, input: Start): Decision {
  const { definition } = world;
  const at = world.moment.now;
  const checked = definition === undefined ? undefined : validateInput(definition, input.input);
  const draft = draftFrom(
    { status: 'absent' },
    {
      type: 'run.started',
      runId: input.runId,
      source: input.source,
      id: input.id,
      payloadDigest: input.payloadDigest,
      asked: input.asked,
      steps: definition?.steps.length ?? 0,
      input: { value: checked?.ok === true ? checked.value : input.input },
      at,
      tenant: input.tenant,
      ...(definition === undefined
        ? {}
        : { workflow: { name: definition.name, version: definition.version, digest: definition.digest } }),
      ...(definition?.timeoutMs === undefined ? {} : { timeoutAt: at + definition.timeoutMs }),
      ...(input.retry === undefined ? {} : { retryOf: input.retry.of }),
      ...labelsOf(definition?.labels, input.labels),
      ...(input.traceparent === undefined ? {} : { traceparent: input.traceparent }),
    },
  );
  const problem =
    input.problem ?? (checked?.ok === false ? checked.problem : undefined) ?? agentsProblem(world);
  if (problem !== undefined || definition === undefined) {
    const reason = problem ?? failure('WF_UNKNOWN_WORKFLOW', `no definition was given for '${input.asked}'`);
    emit(draft, { type: 'run.failed', failure: reason, at });
  } else {
    reuse(draft, input, definition.steps, at);
    continueRun(draft, { ...world, definition });
  }
  return closed(draft, input, at);
}

const labelsOf = (
  declared: Readonly<Record<string, string>> | undefined,
  asked: Readonly<Record<string, string>> | undefined,
): { readonly labels?: Readonly<Record<string, string>> } =>
  declared === undefined && asked === undefined ? {} : { labels: { ...declared, ...asked } };

function agentsProblem(world: StartWorld): Failure | undefined {
  for (const step of world.definition?.steps ?? []) {
    const found = step.kind === 'agent' ? agentOf(step, world.agents) : undefined;
    if (found?.ok === false) return found.problem;
  }
  return undefined;
}

/** A retry takes over the results its predecessor recorded, as attempt 0: no agent is asked again. */
function reuse(draft: Draft, input: Start, steps: readonly StepDefinition[], at: number): void {
  if (input.retry === undefined) return;
  for (const { id } of steps) {
    const output = Object.hasOwn(input.retry.results, id) ? input.retry.results[id] : undefined;
    if (output === undefined) continue;
    emit(draft, { type: 'step.completed', step: id, attempt: 0, output, at, reusedFrom: input.retry.of });
  }
  // Losers that a join of the earlier run cancelled are no more wanted now; one that had failed by then may be.
  const { cancelled } = input.retry;
  for (const step of steps)
    if (stepState(draft.run, step.id) !== undefined)
      cancelRest(draft, step, at, (need) => cancelled.includes(need));
}

const conflict = (input: Start): RunEvent => ({
  type: 'start.conflicted',
  source: input.source,
  id: input.id,
  payloadDigest: input.payloadDigest,
});

// ---------------------------------------------------------------- responses

function takeResponse(draft: Draft, world: World, run: LiveRun, input: Response): void {
  const step = graphOf(world.definition).index.get(input.step);
  const stands = attemptStands(run, input.step, input.attempt);
  const at = world.moment.now;
  if (step?.kind !== 'agent' || stands === 'answered' || stands === 'unknown') return;
  if (stands === 'unanswered') {
    emit(draft, { type: 'response.late', step: input.step, attempt: input.attempt, at }); // D4
    return;
  }
  if (input.outcome.status === 'completed') {
    const { output, usage } = input.outcome;
    const recorded = usage === undefined ? {} : { usage };
    emit(draft, { type: 'step.completed', step: step.id, attempt: input.attempt, output, at, ...recorded });
    advance(draft, world, [step.id]);
  } else {
    attemptFailed(draft, world, step, input.outcome.failure, true);
    if (isSettled(stepState(draft.run, step.id))) advance(draft, world, [step.id]);
  }
}

/** Ends the attempt in flight, then opens or schedules the next one, or fails the step. */
function attemptFailed(
  draft: Draft,
  world: World,
  step: AgentStep,
  problem: Failure,
  answered: boolean,
): void {
  const state = stepState(draft.run, step.id);
  if (state?.status !== 'running') return;
  const { attempt, stepDeadlineAt } = state;
  const at = world.moment.now;
  emit(draft, { type: 'attempt.failed', step: step.id, attempt, failure: problem, answered, at });
  const retryAt = retryAtOf(step.retry, { attempt, failure: problem }, world.moment);
  if (retryAt === undefined || retryAt >= (stepDeadlineAt ?? Infinity)) {
    failStep(draft, step, problem, at);
    return;
  }
  emit(draft, { type: 'step.retryScheduled', step: step.id, attempt: attempt + 1, retryAt });
  if (retryAt <= at) redispatch(draft, world, step);
}

function redispatch(draft: Draft, world: World, step: AgentStep): void {
  const state = stepState(draft.run, step.id);
  if (state?.status !== 'backingOff') return;
  const { attempt, stepDeadlineAt } = state;
  dispatch(draft, world, step, { attempt, ...(stepDeadlineAt === undefined ? {} : { stepDeadlineAt }) });
}

type Late = Exclude<RunInput, { type: 'start' }>;

function recordLate({ definition, moment }: StartWorld, run: FinishedRun, input: Late): Decision {
  const at = moment.now;
  if (input.type === 'decision') return { events: lateDecision(definition, input, at), more: false };
  if (input.type !== 'response' || attemptStands(run, input.step, input.attempt) !== 'unanswered')
    return nothingToDo;
  return { events: [{ type: 'response.late', step: input.step, attempt: input.attempt, at }], more: false };
}

// ---------------------------------------------------------------- time and cancel

function takeDue(draft: Draft, world: World): void {
  const { now } = world.moment;
  if ((draft.run.timeoutAt ?? Infinity) <= now) {
    stopSteps(draft, now);
    emit(draft, { type: 'run.failed', failure: runTimeout(world.definition.timeoutMs), at: now });
    return;
  }
  for (const step of world.definition.steps) {
    const state = stepState(draft.run, step.id);
    if (state === undefined || stepDue(state) > now) continue;
    if (isFull(draft, world)) break; // the bound becomes this commit's own time, and a wake finds the rest
    if (step.kind === 'approval') approvalOverdue(draft, step, now);
    else if ('stepDeadlineAt' in state && (state.stepDeadlineAt ?? Infinity) <= now)
      stepOverdue(draft, step, now);
    else if (state.status === 'running')
      attemptFailed(draft, world, step, attemptTimeout(step.id, state.attempt), false);
    else redispatch(draft, world, step);
  }
  // What waited for these steps; also ready work that an earlier commit left behind, its bound that commit's own time.
  continueRun(draft, world);
}

function stepOverdue(draft: Draft, step: AgentStep, at: number): void {
  const state = stepState(draft.run, step.id);
  const problem = failure(
    'STEP_DEADLINE',
    `step '${step.id}' did not finish before its deadline of ${step.deadlineMs ?? 0} ms; ` +
      'expected a result within it. Raise `deadline`, or lower `timeout` and `retry`.',
  );
  if (state?.status === 'running') {
    emit(draft, {
      type: 'attempt.failed',
      step: step.id,
      attempt: state.attempt,
      failure: problem,
      answered: false,
      at,
    });
  }
  failStep(draft, step, problem, at);
}

function cancel(draft: Draft, input: Extract<RunInput, { type: 'cancel' }>, at: number): void {
  const { source, id, by } = input;
  const reason = input.reason === undefined ? {} : { reason: input.reason };
  emit(draft, { type: 'cancel.requested', source, id, by, at, ...reason });
  stopSteps(draft, at);
  emit(draft, { type: 'run.cancelled', by, at, ...reason });
}

function stopSteps(draft: Draft, at: number): void {
  for (const [step, state] of stepEntries(draft.run.steps))
    if (!isSettled(state)) cancelStep(draft, step, at);
}

/** Closes the draft: arms the timer bound (D5), and counts the output of a run that ended. */
function closed(draft: Draft, input: RunInput, now: number): Decision {
  if (draft.needs.length > 0) return { needs: draft.needs };
  if (draft.run.status === 'finished') return { events: draft.events, more: false };
  if (draft.events.length === 0) return { events: [], more: draft.more };
  const next = draft.more ? now : nextBound(draft, input);
  const bound = draft.run.wakeAt;
  if (input.type === 'wake' || (next ?? Infinity) < (bound ?? Infinity)) {
    emit(draft, { type: 'timer.armed', ...(next === undefined ? {} : { wakeAt: next }) });
  }
  return { events: draft.events, more: draft.more };
}

/** All deadlines on a wake; otherwise only those this decision opened, since the others bound the run already. */
function nextBound(draft: Draft, input: RunInput): number | undefined {
  if (input.type === 'wake' || input.type === 'start') return nextDeadline(draft.run);
  let next = Infinity;
  for (const event of draft.events) {
    if (event.type === 'step.dispatched' || event.type === 'approval.requested')
      next = Math.min(next, event.deadlineAt);
    if (event.type === 'step.retryScheduled') next = Math.min(next, event.retryAt);
  }
  return next === Infinity ? undefined : next;
}
