/**
 * What must hold of the events of each run, in the order of its history, told without `evolve`:
 * I9 a step is opened once its needs allow it, and never after it settled · I10 nothing is timed out or tried again
 * early · I11 what may be tried again is, what may not is not, within the waits of the policy · I12 only what was given
 * up can be late, once · I18 a run keeps the definition it began with · I23 another payload is told once · C5 a cancel
 * is taken in once. Of approvals: `approval-checks.ts`.
 */
import { type Failure } from '#core/failure.ts';
import { type Commit } from '#core/ports.ts';
import { type RunEvent } from '#core/run/types.ts';
import {
  type AgentStep,
  type ApprovalStep,
  type Definition,
  type StepDefinition,
} from '#core/workflow/definition.ts';
import { type ApprovalEvent, type ApprovalHistory, checkApproval, checkEnd } from './approval-checks.ts';

export interface EventChecks {
  stored(commit: Commit): void;
  /** A definition that was stored later. */
  know(definition: Definition): void;
  /** Types of events, with how often each was stored. */
  readonly seen: ReadonlyMap<string, number>;
}

type Violate = (what: string) => void;
type Event<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

interface Step {
  settled?: 'completed' | 'caught' | 'failed' | 'skipped' | 'blocked' | 'cancelled';
  attempt: number;
  deadlineAt: number;
  /** How the attempt before ended, and when. */
  failed?: { readonly failure: Failure; readonly at: number };
  retryAt?: number;
  /** Attempts nobody waits for any more. */
  readonly givenUp: Set<number>;
}

interface History {
  readonly definition: Definition | undefined;
  readonly steps: Map<string, Step>;
  /** What may be taken in once. */
  readonly once: Set<string>;
  readonly approvals: Map<string, ApprovalHistory>;
}

export function createEventChecks(definitions: readonly Definition[], violate: Violate): EventChecks {
  const known = new Map(definitions.map((definition) => [definition.digest, definition]));
  const histories = new Map<string, History>();
  const seen = new Map<string, number>();
  return {
    seen,
    know(definition) {
      known.set(definition.digest, definition);
    },
    stored(commit) {
      let history = histories.get(commit.runId);
      for (const event of commit.events) {
        seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
        if (event.type === 'run.started' && history === undefined) {
          history = begun(event, known, violate);
          histories.set(commit.runId, history);
        } else if (history !== undefined) check(history, event, violate);
      }
    },
  };
}

function begun(
  event: Event<'run.started'>,
  known: ReadonlyMap<string, Definition>,
  violate: Violate,
): History {
  const digest = event.workflow?.digest;
  const definition = digest === undefined ? undefined : known.get(digest);
  if (digest !== undefined && definition === undefined)
    violate(`I18: run ${event.runId} began with ${digest}, which was never stored`);
  return { definition, steps: new Map(), once: new Set(), approvals: new Map() };
}

function check(history: History, event: RunEvent, violate: Violate): void {
  switch (event.type) {
    case 'step.dispatched':
      return dispatched(history, event, violate);
    case 'step.completed':
      endedRightly(history, event, violate);
      stepOf(history, event.step).settled = 'completed';
      return;
    case 'attempt.failed':
      return attemptFailed(stepOf(history, event.step), event, violate);
    case 'step.retryScheduled':
      return retryScheduled(history, event, violate);
    case 'step.failed':
      return stepFailed(history, event, violate);
    case 'step.skipped':
      stepOf(history, event.step).settled = event.reason === 'needsFailed' ? 'blocked' : 'skipped';
      return;
    case 'step.cancelled':
      return cancelled(stepOf(history, event.step), event.attempt);
    case 'response.late':
      return late(stepOf(history, event.step), event, violate);
    case 'start.conflicted':
      return once(history, `I23: ${event.source} ${event.id} with ${event.payloadDigest}`, violate);
    case 'cancel.requested':
      return once(history, `C5: the cancel ${event.source} ${event.id}`, violate);
    case 'approval.requested':
    case 'approval.decided':
    case 'approval.ignored':
      return approval(history, event, violate);
    case 'run.completed':
      return completed(history, violate);
    default:
      return;
  }
}

function stepOf({ steps }: History, id: string): Step {
  const step = steps.get(id) ?? { attempt: 0, deadlineAt: 0, givenUp: new Set() };
  steps.set(id, step);
  return step;
}

const definitionOf = ({ definition }: History, id: string): StepDefinition | undefined =>
  definition?.steps.find((step) => step.id === id);

function approval(history: History, event: ApprovalEvent, violate: Violate): void {
  const definition = definitionOf(history, event.step);
  const settled = stepOf(history, event.step).settled !== undefined;
  if (event.type !== 'approval.requested' && event.source !== undefined)
    once(history, `C5: the decision ${event.source} ${event.id}`, violate);
  if (event.type === 'approval.requested' && definition !== undefined && !mayOpen(history, definition))
    violate(`I9: ${event.step} asked before its needs allowed it`);
  const wrong = checkApproval(history.approvals, event, approvalStepOf(history, event.step), settled);
  if (wrong !== undefined) violate(wrong);
}

function endedRightly(
  history: History,
  event: Event<'step.completed' | 'step.failed'>,
  violate: Violate,
): void {
  const wrong = checkEnd(history.approvals.get(event.step), event, approvalStepOf(history, event.step));
  if (wrong !== undefined) violate(wrong);
}

function approvalStepOf(history: History, id: string): ApprovalStep | undefined {
  const step = definitionOf(history, id);
  return step?.kind === 'approval' ? step : undefined;
}

function agentStepOf(history: History, id: string): AgentStep | undefined {
  const step = definitionOf(history, id);
  return step?.kind === 'agent' ? step : undefined;
}

function dispatched(history: History, event: Event<'step.dispatched'>, violate: Violate): void {
  const definition = definitionOf(history, event.step);
  const step = stepOf(history, event.step);
  const name = `${event.step} attempt ${event.attempt}`;
  if (definition === undefined) return violate(`I18: ${name} is of no step of the run's own definition`);
  const agent = definition.kind === 'agent' ? definition.agent.name : 'a person';
  if (agent !== event.agent)
    violate(`I18: ${name} went to ${event.agent}, the run's own definition says ${agent}`);
  if (step.settled !== undefined) violate(`I9: ${name} was opened after the step was ${step.settled}`);
  if (event.attempt === 1 && !mayOpen(history, definition)) violate(`I9: ${name} did not wait for its needs`);
  if (event.attempt > 1 && event.at < (step.retryAt ?? Infinity))
    violate(`I10: ${name} was opened at ${event.at}, before ${step.retryAt ?? 'a retry was scheduled'}`);
  step.attempt = event.attempt;
  step.deadlineAt = Math.min(event.deadlineAt, event.stepDeadlineAt ?? Infinity);
  delete step.failed;
  delete step.retryAt;
}

function mayOpen(history: History, { needs, join }: StepDefinition): boolean {
  if (needs.length === 0) return true;
  const ends = needs.map((need) => history.steps.get(need)?.settled);
  const completions = ends.filter((end) => end === 'completed').length;
  if (join.type === 'atLeast') return completions >= join.count;
  if (ends.some((end) => end === undefined || end === 'failed' || end === 'blocked')) return false;
  return ends.some((end) => end === 'completed' || end === 'caught');
}

function attemptFailed(step: Step, event: Event<'attempt.failed'>, violate: Violate): void {
  if (event.attempt !== step.attempt)
    violate(`I9: ${event.step} failed attempt ${event.attempt}, not its last`);
  if (!event.answered && event.at < step.deadlineAt)
    violate(`I10: ${event.step} was timed out at ${event.at}, its deadline is ${step.deadlineAt}`);
  if (!event.answered) step.givenUp.add(event.attempt);
  step.failed = { failure: event.failure, at: event.at };
}

function retryScheduled(history: History, event: Event<'step.retryScheduled'>, violate: Violate): void {
  const step = stepOf(history, event.step);
  const policy = agentStepOf(history, event.step)?.retry;
  const { failed } = step;
  step.retryAt = event.retryAt;
  if (failed === undefined || policy === undefined || !mayRetry(history, event.step))
    return violate(`I11: ${event.step} is tried again after ${failed?.failure.code ?? 'nothing'}`);
  const wait = event.retryAt - failed.at;
  const most = Math.max(policy.maxDelayMs, failed.failure.retryAfterMs ?? 0);
  if (wait < (failed.failure.retryAfterMs ?? 0) || wait > most)
    violate(`I11: ${event.step} waits ${wait} ms for attempt ${event.attempt}`);
}

/** By the policy and the failure alone: whether its attempts leave time for it is another matter. */
function mayRetry(history: History, id: string): boolean {
  const { failed, attempt } = stepOf(history, id);
  const policy = agentStepOf(history, id)?.retry;
  if (failed === undefined || policy === undefined) return false;
  const { code, retryable } = failed.failure;
  // The codes of a deadline stand for each other.
  const codes =
    code === 'STEP_TIMEOUT' || code === 'AGENT_TIMEOUT' ? ['STEP_TIMEOUT', 'AGENT_TIMEOUT'] : [code];
  const isAsked = policy.on === undefined || policy.on.some((other) => codes.includes(other));
  return retryable && attempt < policy.max && isAsked;
}

function stepFailed(history: History, event: Event<'step.failed'>, violate: Violate): void {
  const step = stepOf(history, event.step);
  const definition = definitionOf(history, event.step);
  endedRightly(history, event, violate);
  if (definition !== undefined && definition.continueOnError !== event.caught)
    violate(`I18: ${event.step} is ${event.caught ? '' : 'not '}caught, its definition says otherwise`);
  const isLast = step.failed?.failure.code === event.failure.code;
  if (isLast && agentStepOf(history, event.step)?.deadlineMs === undefined && mayRetry(history, event.step))
    violate(`I11: ${event.step} failed with ${event.failure.code}, which was to be tried again`);
  step.settled = event.caught ? 'caught' : 'failed';
}

function cancelled(step: Step, attempt: number | undefined): void {
  step.settled = 'cancelled';
  if (attempt !== undefined) step.givenUp.add(attempt);
}

function late(step: Step, { step: id, attempt }: Event<'response.late'>, violate: Violate): void {
  if (!step.givenUp.delete(attempt)) violate(`I12: ${id} attempt ${attempt} is late, and was not given up`);
}

function once(history: History, what: string, violate: Violate): void {
  if (history.once.has(what)) violate(`${what} was taken in twice`);
  history.once.add(what);
}

function completed(history: History, violate: Violate): void {
  for (const { id } of history.definition?.steps ?? []) {
    const settled = history.steps.get(id)?.settled;
    if (settled === undefined || settled === 'failed')
      violate(`I9: the run completed though ${id} ${settled ?? 'had not ended'}`);
  }
}
