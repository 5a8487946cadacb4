/**
 * The scenario of a user's workflow: one run of it, its agents answering from a table that was recorded once.
 * WS1. Answers are looked up, never computed: thousands of schedules cost no call of an agent.
 * WS2. A step without a recorded answer answers with a stub that has every field the definition reads.
 */
import { assertNever } from '#core/assert-never.ts';
import { type TaskOutcome } from '#core/event-data.ts';
import { runIdOf } from '#core/ids.ts';
import { digestOf, type Json, type JsonObject } from '#core/json.ts';
import { type AgentFacts } from '#core/ports.ts';
import { decide } from '#core/run/decide.ts';
import { absent, evolve } from '#core/run/evolve.ts';
import { type RunEvent, type RunInput, type RunState } from '#core/run/types.ts';
import { type Definition, type Expression, type Template } from '#core/workflow/definition.ts';
import { agentSteps } from '#core/workflow/graph.ts';
import { lowest } from '#core/workflow/version-range.ts';
import { type SimulatedAgent } from './agents.ts';
import { type Scenario } from './scenario.ts';

/** Step id → the output its agent gave. */
export type Answers = ReadonlyMap<string, Json>;

export interface WorkflowFacts {
  /** The registered agents; one that is not here is taken for `once`, with the engine's own timeout. */
  readonly manifests: readonly AgentFacts[];
  /** Checked against the definition. */
  readonly input: Json;
}

const answerMs = 10;

export function scenarioOf(
  definition: Definition,
  { manifests, input, answers }: WorkflowFacts & { readonly answers: Answers },
): Scenario {
  const known = new Map(
    [...answers].map(([step, value]): readonly [string, TaskOutcome] => [step, completed(value)]),
  );
  const stub = stubsOf(definition);
  const agent: SimulatedAgent = (task) => ({
    delayMs: answerMs,
    outcome: known.get(task.step) ?? completed(stub(task.step, task.input)),
  });
  return {
    name: definition.name,
    definitions: [definition],
    agents: agentsOf(definition, manifests),
    agent,
    runs: [{ id: 'simulated', workflow: definition.name, input }],
  };
}

const completed = (value: Json): TaskOutcome => ({ status: 'completed', output: { value } });

/**
 * Plays the workflow through decide and evolve in its ordinary order, and asks `answer` for each task it dispatches.
 * `undefined`: this step has no answer to record, its stub goes on instead. `input` is as the agent would be given it.
 */
export async function recordAnswers(
  definition: Definition,
  { manifests, input }: WorkflowFacts,
  answer: (task: Dispatched) => Promise<Json | undefined>,
): Promise<Answers> {
  const stub = stubsOf(definition);
  const play = player(definition, manifests);
  const answers = new Map<string, Json>();
  const queue = [...play(startOf(definition, input))];
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    if (event.type === 'approval.requested') queue.push(...play(approved(event.step)));
    if (event.type !== 'step.dispatched') continue;
    const value = await answer(event);
    if (value !== undefined) answers.set(event.step, value);
    const { step, attempt, agent } = event;
    const outcome = completed(value ?? stub(step, event.input.value));
    queue.push(...play({ type: 'response', ...identity, id: `${step}:1`, step, attempt, agent, outcome }));
  }
  return answers;
}

export type Dispatched = Extract<RunEvent, { type: 'step.dispatched' }>;

/** In the ordinary history people say yes; schedules draw what they say. */
const approved = (step: string): RunInput => ({
  ...{ type: 'decision', source: '/simulated', id: `decision-${step}` },
  ...{ step, decision: 'approved', by: 'somebody' },
});

const identity = { source: '/simulated', id: 'ordinary' };
const begin = Date.parse('2026-01-01T00:00:00Z');

/** Time does not pass, so that no deadline is met: nothing but answers moves this run. */
function player(definition: Definition, manifests: readonly AgentFacts[]) {
  const agents = new Map(agentsOf(definition, manifests).map((facts) => [facts.name, facts]));
  const world = { definition, agents, moment: { now: begin, random: 0.5 }, blobs: new Map<string, Json>() };
  let run: RunState = absent;
  return (input: RunInput): readonly RunEvent[] => {
    const decision = decide(world, run, input);
    // Answers are inline here, however large: there is no claim check to ask for.
    if ('needs' in decision) return [];
    run = decision.events.reduce(evolve, run);
    return decision.events;
  };
}

function startOf(definition: Definition, input: Json): RunInput {
  const tenant = 'default';
  const asked = definition.name;
  const payloadDigest = digestOf({ workflow: asked, input });
  return {
    type: 'start',
    ...identity,
    tenant,
    runId: runIdOf({ tenant, ...identity }),
    payloadDigest,
    asked,
    input,
  };
}

/** The agents this definition names; one that is not registered is taken to have a version in the range asked for. */
function agentsOf(definition: Definition, manifests: readonly AgentFacts[]): readonly AgentFacts[] {
  const known = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const named = new Map<string, AgentFacts>();
  for (const { agent } of agentSteps(definition)) {
    const { name, range } = agent;
    const version = (range === undefined ? undefined : lowest(range)) ?? '1.0.0';
    const stub = { name, version, onRedelivery: 'once' } as const;
    if (!named.has(name) || range !== undefined) named.set(name, known.get(name) ?? stub);
  }
  return [...named.values()];
}

type Stub = (step: string, input: Json) => Json;

/** `{step, input}`, and a text in every place of the output that some expression reads. */
function stubsOf(definition: Definition): Stub {
  const paths = new Map<string, (readonly string[])[]>();
  for (const [root, step, field, ...path] of expressionsOf(definition).flatMap(({ reads }) => reads)) {
    if (root !== 'steps' || step === undefined || field !== 'output') continue;
    paths.set(step, [...(paths.get(step) ?? []), path]);
  }
  const fields = new Map([...paths].map(([step, read]) => [step, nest(read)]));
  return (step, input) => ({ step, input, ...fields.get(step) });
}

function nest(paths: readonly (readonly string[])[]): JsonObject {
  const heads = new Map<string, (readonly string[])[]>();
  for (const [head, ...rest] of paths)
    if (head !== undefined) heads.set(head, [...(heads.get(head) ?? []), rest]);
  return Object.fromEntries(
    [...heads].map(([head, rests]) => [head, rests.some((rest) => rest.length > 0) ? nest(rests) : 'stub']),
  );
}

function expressionsOf(definition: Definition): readonly Expression[] {
  const ofSteps = definition.steps.flatMap((step) => [
    ...(step.if === undefined ? [] : [step.if]),
    ...inTemplate(step.kind === 'agent' ? step.with : step.prompt),
  ]);
  return [...ofSteps, ...inTemplate(definition.outputs)];
}

function inTemplate(template: Template): readonly Expression[] {
  switch (template.kind) {
    case 'literal':
      return [];
    case 'expression':
      return [template.expression];
    case 'text':
      return template.parts.flatMap((part) => (typeof part === 'string' ? [] : [part]));
    case 'list':
      return template.items.flatMap(inTemplate);
    case 'map':
      return template.entries.flatMap(([, value]) => inTemplate(value));
    default:
      return assertNever(template);
  }
}
