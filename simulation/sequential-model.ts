/**
 * What a run must come to if its inputs are taken one after the other, in the order in which its history took them.
 * SM1. Only that order, the times and the draws of chance come from the history; values come from the agents alone.
 * SM2. No batch, cache, snapshot, retry of a write or second worker: one decision after the other on one state.
 * So a history is right where it ends as the model does (linearizability, with the history as its own witness), races
 * or not (I7).
 */
import { type TaskOutcome } from '#core/event-data.ts';
import { type Failure } from '#core/failure.ts';
import { digestOf, type Json } from '#core/json.ts';
import { inlineLimitBytes, type Payload } from '#core/payload.ts';
import { type AgentCatalog, type Commit } from '#core/ports.ts';
import { type World } from '#core/run/advance.ts';
import { decide } from '#core/run/decide.ts';
import { absent, attemptKey, evolve } from '#core/run/evolve.ts';
import { retryAtOf } from '#core/run/retry.ts';
import { spilled, spillEvents } from '#core/run/spill.ts';
import { stepStateIn } from '#core/run/step-states.ts';
import { type RunEvent, type RunInput, type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type SaidDecision } from './approvals.ts';
import { type SimulatedAgent } from './agents.ts';

export interface ModelFacts {
  readonly agents: AgentCatalog;
  readonly agent: SimulatedAgent;
  /** By digest. */
  readonly definition: (digest: string) => Definition | undefined;
  /** What a start of this identity may have asked for. */
  readonly inputs: (source: string, id: string) => readonly Json[];
  /** What people said, by the id of their event. */
  readonly said: ReadonlyMap<string, SaidDecision>;
}

/** The state the model ends in, or what no order of inputs explains. */
export function replayInOrder(
  facts: ModelFacts,
  commits: readonly Commit[],
): RunState | { readonly unexplained: string } {
  const model: Model = { facts, run: absent, tasks: new Map(), blobs: new Map(), definition: undefined };
  for (const commit of commits) {
    const now = timeOf(commit);
    for (const [place, event] of commit.events.entries()) {
      const input = inputOf(model, event);
      if (input === undefined) continue;
      if (typeof input === 'string') return { unexplained: `commit ${commit.version}: ${input}` };
      const traces = commit.events.slice(place);
      take(model, input, { now, random: drawIn(model, traces) });
    }
  }
  return model.run;
}

interface Model {
  readonly facts: ModelFacts;
  run: RunState;
  definition: Definition | undefined;
  /** By attempt: what its agent was given. */
  readonly tasks: Map<string, { readonly agent: string; readonly input: Payload }>;
  readonly blobs: Map<string, Json>;
}

// ---------------------------------------------------------------- inputs

/** The input that an event is the first trace of; undefined where it follows from another, a text where nothing explains it. */
function inputOf(model: Model, event: RunEvent): RunInput | string | undefined {
  switch (event.type) {
    case 'run.started':
      return startOf(model, event);
    case 'step.completed':
      // Without an attempt no agent was asked: it was taken over, or approved.
      return event.attempt > 0 ? responseOf(model, event) : undefined;
    case 'attempt.failed':
      return event.answered ? responseOf(model, event) : undefined;
    case 'cancel.requested':
      return { ...event, type: 'cancel' };
    case 'approval.decided':
    case 'approval.ignored':
      return decisionOf(model, event);
    case 'wake.consumed':
      return { type: 'wake', source: 'timer', id: String(event.wakeSentAt), wakeSentAt: event.wakeSentAt };
    default:
      return undefined;
  }
}

/** A decision without an id is that of the timeout, which follows from a wake. */
function decisionOf(
  { facts }: Model,
  event: Extract<RunEvent, { type: 'approval.decided' | 'approval.ignored' }>,
): RunInput | string | undefined {
  const { source, id, step } = event;
  if (source === undefined || id === undefined) return undefined;
  const said = facts.said.get(id);
  if (said?.step !== step || said.decision !== event.decision || said.by !== event.by)
    return `nobody said of ${step} what was recorded as ${id}`;
  return { type: 'decision', source, id, ...said };
}

function startOf(model: Model, event: Extract<RunEvent, { type: 'run.started' }>): RunInput | string {
  const { source, id, payloadDigest, asked, runId, tenant, labels } = event;
  const input = model.facts
    .inputs(source, id)
    .find((candidate) => digestOf({ workflow: asked, input: candidate }) === payloadDigest);
  model.definition = model.facts.definition(event.workflow?.digest ?? '');
  if (input === undefined) return `nobody asked ${source} ${id} with the payload ${payloadDigest}`;
  if (model.definition === undefined) return `no definition ${event.workflow?.digest ?? ''} was ever active`;
  return {
    ...{ type: 'start', source, id, payloadDigest, asked, runId, tenant, input },
    ...(labels === undefined ? {} : { labels }),
  };
}

type Answered = Extract<RunEvent, { type: 'step.completed' | 'attempt.failed' }>;

function responseOf(model: Model, event: Answered): RunInput | string {
  const { step, attempt } = event;
  const task = model.tasks.get(attemptKey(step, attempt));
  if (task === undefined) return `${step}:${attempt} was answered and would not have been dispatched`;
  const said = model.facts.agent({
    ...{ agent: task.agent, step, attempt },
    input: resolved(task.input, model.blobs),
  }).outcome;
  const outcome = event.type === 'attempt.failed' && isHosts(event.failure) ? failedBy(event.failure) : said;
  if (typeof outcome === 'string') return `${step}:${attempt} was answered and its agent is ${outcome}`;
  if ((outcome.status === 'completed') !== (event.type === 'step.completed'))
    return `${step}:${attempt} was recorded as ${event.type}, and its agent answered ${outcome.status}`;
  return {
    ...{ type: 'response', source: `/agents/${task.agent}`, id: attemptKey(step, attempt) },
    ...{ step, attempt, agent: task.agent, outcome: travelled(outcome, model.blobs) },
  };
}

/** What the host of an agent answers in its place, by the time or by the store. */
const isHosts = ({ code }: Failure): boolean => code === 'AGENT_TIMEOUT' || code === 'BLOB_MISSING';
const failedBy = (problem: Failure): TaskOutcome => ({ status: 'failed', failure: problem });

/** A large output travels as one claim check. */
function travelled(outcome: TaskOutcome, blobs: Map<string, Json>): TaskOutcome {
  if (outcome.status === 'failed') return outcome;
  const { value } = outcome.output;
  if (Buffer.byteLength(JSON.stringify(value)) <= inlineLimitBytes) return outcome;
  const { ref } = spilled(value);
  blobs.set(ref.digest, value);
  return { ...outcome, output: { value: null, refs: [{ at: '', ref }] } };
}

function resolved({ value, refs = [] }: Payload, blobs: ReadonlyMap<string, Json>): Json {
  let whole: Json = value;
  for (const { at, ref } of refs)
    whole = placed(whole, at.split('/').slice(1), blobs.get(ref.digest) ?? null);
  return whole;
}

function placed(value: Json, path: readonly string[], part: Json): Json {
  const [head, ...rest] = path;
  if (head === undefined) return part;
  const key = head.replaceAll('~1', '/').replaceAll('~0', '~');
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) =>
      String(index) === key ? placed(item, rest, part) : item,
    );
  const members = value as Readonly<Record<string, Json>>;
  return { ...members, [key]: placed(members[key] ?? null, rest, part) };
}

// ---------------------------------------------------------------- decisions

function take(model: Model, input: RunInput, moment: World['moment']): void {
  const { facts, definition, blobs } = model;
  if (definition === undefined) return;
  const decision = decide({ definition, agents: facts.agents, moment, blobs }, model.run, input);
  if ('needs' in decision) throw new Error('the model holds every value, and was asked for one');
  const spill = spillEvents(decision.events);
  for (const { ref, value } of spill.blobs) blobs.set(ref.digest, value);
  for (const event of spill.value) {
    if (event.type === 'step.dispatched')
      model.tasks.set(attemptKey(event.step, event.attempt), { agent: event.agent, input: event.input });
    model.run = evolve(model.run, event);
  }
  // What one commit had no room for follows at once: nothing comes between in a model that does one thing at a time.
  if (decision.more) take(model, { type: 'continue' }, moment);
}

/**
 * When all that one commit holds was decided: its events bear the time. Where none does, nothing was due yet, and the
 * commit may have been stored long after.
 */
function timeOf({ events, at }: Commit): number {
  const [decidedAt] = events.flatMap((event) => ('at' in event ? event.at : []));
  const beforeDue = events.flatMap((event) =>
    event.type === 'timer.armed' && event.wakeAt !== undefined ? event.wakeAt - 1 : [],
  );
  return decidedAt ?? Math.min(at, ...beforeDue);
}

const draws = 1000;

/**
 * The number that chance gave, read from what it led to: the wait for another attempt, or none because the wait would
 * have gone beyond the deadline of the step. Any number where it decided nothing.
 */
function drawIn({ definition, run }: Model, events: readonly RunEvent[]): number {
  const fitting = events.flatMap((failed, at) => {
    if (failed.type !== 'attempt.failed') return [];
    const step = definition?.steps.find(({ id }) => id === failed.step);
    const policy = step?.kind === 'agent' ? step.retry : undefined;
    if (policy?.jitter !== 'full') return [];
    const next = events[at + 1];
    const retryAt = (random: number): number | undefined =>
      retryAtOf(policy, failed, { now: failed.at, random });
    if (next?.type === 'step.retryScheduled') return [(draw: number) => retryAt(draw) === next.retryAt];
    const deadline = deadlineOf(run, failed.step);
    return [(draw: number) => (retryAt(draw) ?? Infinity) >= deadline];
  });
  // One draw goes for all that one commit tries again, and short waits leave many draws possible.
  for (let draw = 0; fitting.length > 0 && draw < draws; draw += 1)
    if (fitting.every((fits) => fits(draw / draws))) return draw / draws;
  return 0.5;
}

function deadlineOf(run: RunState, stepId: string): number {
  const step = run.status === 'absent' ? undefined : stepStateIn(run.steps, stepId);
  return (step?.status === 'running' ? step.stepDeadlineAt : undefined) ?? Infinity;
}
