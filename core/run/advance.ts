/**
 * Moves a run on from what has settled: which steps go, which are skipped, and when the run is over.
 * N1. A step is dispatched only once its join is satisfied, and at most once without a retry (the join fires once).
 * N2. The order in which needs settled does not matter: branches that do not depend on a failed step go on, and the
 *     run fails when all have settled, with the failure of the first failed step in the order of the file.
 * N3. A step with a failed, uncaught need never runs; nor does any step after it.
 * N4. No decision opens more than `effectLimit` effects and approvals; what is left is found again by `continueRun`.
 */
import { failure, no, ok, type Failure, type Result } from '../failure.ts';
import { type AgentCatalog, type AgentFacts } from '../ports.ts';
import { type Json } from '../json.ts';
import { type Payload } from '../payload.ts';
import { evaluateCondition } from '../workflow/expression.ts';
import { graphOf } from '../workflow/graph.ts';
import { makeScope, type Scope } from '../workflow/scope.ts';
import { renderTemplate, templateSecrets } from '../workflow/template.ts';
import { satisfies } from '../workflow/version-range.ts';
import {
  type AgentStep,
  type ApprovalStep,
  type Definition,
  type StepDefinition,
} from '../workflow/definition.ts';
import { isSettled, type PresentRun } from './evolve.ts';
import { emit, nothing, settle, type Draft } from './draft.ts';
import { stepStateIn } from './step-states.ts';
import { type Moment, type SkipReason, type StepState } from './types.ts';

/** Tasks and outputs in one commit, at most. */
export const effectLimit = 200;
const defaultTimeoutMs = 5 * 60 * 1000;

/** What a decision is made with, beside the run and the input. */
export interface World {
  readonly definition: Definition;
  readonly agents: AgentCatalog;
  readonly moment: Moment;
  /** Loaded claim checks by digest. */
  readonly blobs: ReadonlyMap<string, Json>;
  /** Effects this decision may open; `effectLimit` where absent. */
  readonly effectRoom?: number;
}

/** Whether the commit in the making has no room for another effect; the rest is left for the next one (N4). */
export function isFull(draft: Draft, world: World): boolean {
  if (draft.effects < (world.effectRoom ?? effectLimit)) return false;
  draft.more = true;
  return true;
}

/** Goes on from these steps' dependents, then ends the run if everything has settled. */
export function advance(draft: Draft, world: World, settled: readonly string[]): void {
  const { dependents } = graphOf(world.definition);
  examineAll(
    draft,
    world,
    settled.flatMap((step) => dependents.get(step) ?? []),
  );
}

/** Looks at every step: at the start, and where an earlier decision left ready work behind. */
export function continueRun(draft: Draft, world: World): void {
  examineAll(
    draft,
    world,
    world.definition.steps.map((step) => step.id),
  );
}

function examineAll(draft: Draft, world: World, candidates: readonly string[]): void {
  const { dependents, index } = graphOf(world.definition);
  const queue = [...candidates];
  for (let at = 0; at < queue.length; at += 1) {
    const step = index.get(queue[at] ?? '');
    if (step === undefined || stepState(draft.run, step.id) !== undefined) continue; // N1
    if (isFull(draft, world)) break;
    if (examine(draft, world, step)) {
      for (const cancelled of cancelRest(draft, step, world.moment.now))
        queue.push(...(dependents.get(cancelled) ?? []));
      if (isSettled(stepState(draft.run, step.id))) queue.push(...(dependents.get(step.id) ?? []));
    }
  }
  finishIfOver(draft, world);
}

/** Dispatches or settles one waiting step if its join allows; false where it has to wait. */
function examine(draft: Draft, world: World, step: StepDefinition): boolean {
  const verdict = joinVerdict(draft.run, step);
  const at = world.moment.now;
  if (verdict === 'wait') return false;
  if (verdict !== 'go') {
    emit(draft, { type: 'step.skipped', step: step.id, reason: verdict, at });
    return true;
  }
  if (step.if !== undefined) {
    const condition = settle(draft, evaluateCondition(step.if, scopeOf(draft.run, world)));
    if (condition === undefined) return false;
    if (!condition.ok) return failStep(draft, step, condition.problem, at);
    if (!condition.value) {
      emit(draft, { type: 'step.skipped', step: step.id, reason: 'condition', at });
      return true;
    }
  }
  return step.kind === 'approval'
    ? requestDecision(draft, world, step)
    : dispatch(draft, world, step, { attempt: 1 });
}

/** Nothing is sent: whoever decides finds the run, or is told of it by other means. */
function requestDecision(draft: Draft, world: World, step: ApprovalStep): boolean {
  const at = world.moment.now;
  const prompt = settle(draft, renderTemplate(step.prompt, scopeOf(draft.run, world)));
  if (prompt === undefined) return false;
  if (!prompt.ok) return failStep(draft, step, prompt.problem, at);
  emit(draft, {
    ...{ type: 'approval.requested', step: step.id, to: step.to, prompt: prompt.value },
    ...{ at, deadlineAt: at + step.timeoutMs },
  });
  draft.effects += 1; // N4: what it adds to a commit is of the same size
  return true;
}

/** Opens an attempt: renders its input and sets its deadlines. False where claim checks must be loaded first. */
export function dispatch(
  draft: Draft,
  world: World,
  step: AgentStep,
  next: { readonly attempt: number; readonly stepDeadlineAt?: number },
): boolean {
  const at = world.moment.now;
  const found = agentOf(step, world.agents);
  if (!found.ok) return failStep(draft, step, found.problem, at);
  const agent = found.value;
  const input = settle(draft, renderTemplate(step.with, scopeOf(draft.run, world)));
  if (input === undefined) return false;
  if (!input.ok) return failStep(draft, step, input.problem, at);
  const stepDeadlineAt =
    next.stepDeadlineAt ?? (step.deadlineMs === undefined ? undefined : at + step.deadlineMs);
  const secrets = templateSecrets(step.with);
  emit(draft, {
    type: 'step.dispatched',
    step: step.id,
    attempt: next.attempt,
    agent: agent.name,
    input: input.value,
    ...(secrets.length === 0 ? {} : { secrets }),
    at,
    deadlineAt: Math.min(
      at + (step.timeoutMs ?? agent.timeoutMs ?? defaultTimeoutMs),
      stepDeadlineAt ?? Infinity,
    ),
    ...(stepDeadlineAt === undefined ? {} : { stepDeadlineAt }),
  });
  draft.effects += 1;
  return true;
}

export function failStep(
  draft: Draft,
  step: StepDefinition,
  problem: Failure,
  at: number,
  output?: Payload,
): true {
  const decided = output === undefined ? {} : { output };
  const { id, continueOnError: caught } = step;
  emit(draft, { type: 'step.failed', step: id, failure: problem, caught, at, ...decided });
  return true;
}

/**
 * Satisfied when every needed step has finished, none failed uncaught, and at least one succeeded; `atLeast` as soon
 * as that many succeeded. A caught failure counts as success for `all`, never for a race.
 */
export function joinVerdict(run: PresentRun, step: StepDefinition): 'wait' | 'go' | SkipReason {
  if (step.needs.length === 0) return 'go';
  const needs = step.needs.map((need) => stepState(run, need));
  const completed = needs.filter((need) => need?.status === 'completed').length;
  if (step.join.type === 'atLeast' && completed >= step.join.count) return 'go';
  if (!needs.every(isSettled)) return 'wait';
  if (needs.some(blocks)) return 'needsFailed'; // N3
  if (step.join.type === 'atLeast') return completed === 0 ? 'needsSkipped' : 'joinUnsatisfied';
  return completed > 0 || needs.some((need) => need?.status === 'failed') ? 'go' : 'needsSkipped';
}

const blocks = (need: StepState | undefined): boolean =>
  (need?.status === 'failed' && !need.caught) ||
  (need?.status === 'skipped' && need.reason === 'needsFailed');

/**
 * `join: … cancelRest`: once the join fired, the race is over, whatever becomes of its step: the needs that have not
 * settled are cancelled, of those that `lost` names. Returns them. Of a step that was skipped for its join there are
 * none, since all have settled.
 */
export function cancelRest(
  draft: Draft,
  step: StepDefinition,
  at: number,
  lost: (need: string) => boolean = () => true,
): readonly string[] {
  if (step.join.type !== 'atLeast' || !step.join.cancelRest) return [];
  const rest = step.needs.filter((need) => !isSettled(stepState(draft.run, need)) && lost(need));
  for (const need of rest) cancelStep(draft, need, at);
  return rest;
}

export function cancelStep(draft: Draft, step: string, at: number): void {
  const state = stepState(draft.run, step);
  const attempt = state?.status === 'running' ? { attempt: state.attempt } : {};
  emit(draft, { type: 'step.cancelled', step, at, ...attempt });
}

function finishIfOver(draft: Draft, world: World): void {
  if (draft.run.status === 'finished' || draft.run.unsettled > 0) return;
  const at = world.moment.now;
  for (const step of world.definition.steps) {
    const state = stepState(draft.run, step.id); // N2: in the order of the file
    if (state?.status === 'failed' && !state.caught) {
      emit(draft, { type: 'run.failed', failure: state.failure, step: step.id, at });
      return;
    }
  }
  const outputs = settle(draft, renderTemplate(world.definition.outputs, scopeOf(draft.run, world)));
  if (outputs === undefined) return;
  if (outputs.ok) emit(draft, { type: 'run.completed', outputs: outputs.value, at });
  else emit(draft, { type: 'run.failed', failure: outputs.problem, at });
}

export const stepState = (run: PresentRun, step: string): StepState | undefined =>
  stepStateIn(run.steps, step);

/** What expressions of this run can see. Looked up lazily: a run with many steps costs nothing here. */
export function scopeOf(run: PresentRun, world: Pick<World, 'blobs'>): Scope {
  return makeScope({
    inputs: run.input,
    step: (id) => stepView(stepState(run, id)),
    run: { id: run.runId, startedAt: new Date(run.startedAt).toISOString() },
    blobs: world.blobs,
  });
}

function stepView(state: StepState | undefined): {
  output: Payload;
  status: string;
  error: Json;
  attempts: number;
} {
  const attempts = state !== undefined && 'attempt' in state ? (state.attempt ?? 0) : 0;
  if (state === undefined) return { output: nothing, status: 'waiting', error: null, attempts };
  const output =
    state.status === 'completed' || state.status === 'failed' ? (state.output ?? nothing) : nothing;
  const error =
    state.status === 'failed' ? { code: state.failure.code, message: state.failure.message } : null;
  return { output, status: state.status, error, attempts };
}

/** The agent of a step, in a version that the step takes. */
export function agentOf(step: AgentStep, agents: AgentCatalog): Result<AgentFacts> {
  const { name, range } = step.agent;
  const agent = agents.get(name);
  if (agent === undefined) return no(unknownAgent(step, agents));
  return range === undefined || satisfies(agent.version, range) ? ok(agent) : no(otherVersion(step, agent));
}

const otherVersion = ({ id, agent }: AgentStep, { version }: AgentFacts): Failure =>
  failure(
    'WF_UNKNOWN_AGENT',
    `step '${id}' names agent '${agent.name}@${agent.range ?? ''}', which is registered in version ${version}; ` +
      'expected a version in that range. Deploy such a version, or change the range in the workflow.',
  );

const unknownAgent = (step: AgentStep, agents: AgentCatalog): Failure =>
  failure(
    'WF_UNKNOWN_AGENT',
    `step '${step.id}' names agent '${step.agent.name}', which is not registered; expected one of: ` +
      `${[...agents.keys()].join(', ')}. Register it, or correct the name in the workflow.`,
  );
