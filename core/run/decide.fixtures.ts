/** Given-when-then for decisions: definitions from text, inputs in a word, events as short lines. */
import { type Failure } from '../failure.ts';
import { runIdOf } from '../ids.ts';
import { digestOf, type Json } from '../json.ts';
import { type AgentCatalog } from '../ports.ts';
import { type Definition } from '../workflow/definition.ts';
import { parseWorkflow } from '../workflow/parse.ts';
import { isAbsorbed } from './absorb.ts';
import { decide } from './decide.ts';
import { evolve } from './evolve.ts';
import { type RunEvent, type RunInput, type RunState } from './types.ts';

export interface TestWorld {
  readonly definition: Definition;
  readonly agents: AgentCatalog;
  now: number;
  random: number;
  startInput(input: Json): Extract<RunInput, { type: 'start' }>;
}

export interface FoldResult {
  readonly run: RunState;
  readonly events: readonly RunEvent[];
  readonly more: boolean;
  readonly absorbed: boolean;
}

export function world(text: string, agents: readonly string[] = ['designer', 'builder']): TestWorld {
  const parsed = parseWorkflow(text, { file: 'test.yaml' });
  if (!parsed.ok)
    throw new Error(parsed.problems.map((problem) => `${problem.code} ${problem.message}`).join('\n'));
  return {
    definition: parsed.value,
    agents: new Map(agents.map((name) => [name, { name, version: '1.0.0', onRedelivery: 'once' }])),
    now: 1_000_000,
    random: 0.5,
    startInput: (input) => ({
      type: 'start',
      source: '/test',
      id: 'start',
      tenant: 'default',
      runId: runIdOf({ tenant: 'default', source: '/test', id: 'start' }),
      asked: parsed.value.name,
      payloadDigest: digestOf(input),
      input,
    }),
  };
}

export function fold(w: TestWorld, run: RunState, input: RunInput): FoldResult {
  if (run.status !== 'absent' && isAbsorbed(run, input))
    return { run, events: [], more: false, absorbed: true };
  const moment = { now: w.now, random: w.random };
  const decision = decide(
    { definition: w.definition, agents: w.agents, moment, blobs: new Map() },
    run,
    input,
  );
  if ('needs' in decision) throw new Error('claim checks wanted');
  return { ...decision, run: decision.events.reduce(evolve, run), absorbed: false };
}

export const start = (w: TestWorld, input: Json): FoldResult =>
  fold(w, { status: 'absent' }, w.startInput(input));

export const response = (
  step: string,
  attempt: number,
  output: Json,
): Extract<RunInput, { type: 'response' }> => ({
  type: 'response',
  source: '/baton/agents/test',
  id: `${step}:${attempt}`,
  step,
  attempt,
  agent: 'test',
  outcome: { status: 'completed', output: { value: output } },
});

export const respond = (
  w: TestWorld,
  run: RunState,
  step: string,
  attempt: number,
  output: Json,
): FoldResult => fold(w, run, response(step, attempt, output));

export const failed = (
  step: string,
  attempt: number,
  failure: Partial<Failure>,
): Extract<RunInput, { type: 'response' }> => ({
  ...response(step, attempt, null),
  outcome: { status: 'failed', failure: { code: 'BOOM', message: 'it broke', retryable: false, ...failure } },
});

export const fail = (
  w: TestWorld,
  run: RunState,
  step: string,
  attempt: number,
  failure: Partial<Failure>,
): FoldResult => fold(w, run, failed(step, attempt, failure));

/** The end of a run. */
export function runOf(run: RunState): { readonly status: string; readonly outputs: Json } {
  if (run.status !== 'finished') return { status: run.status, outputs: null };
  const outputs = run.outcome.status === 'completed' ? run.outcome.outputs.value : null;
  return { status: run.outcome.status, outputs };
}

/** One short line per event. */
export const types = (events: readonly RunEvent[]): readonly string[] =>
  events.map((event) => {
    switch (event.type) {
      case 'step.dispatched':
      case 'step.completed':
      case 'step.retryScheduled':
      case 'response.late':
        return `${event.type} ${event.step} ${event.attempt}`;
      case 'attempt.failed':
        return `${event.type} ${event.step} ${event.attempt} ${event.answered ? 'answered' : 'unanswered'}`;
      case 'step.skipped':
        return `${event.type} ${event.step} ${event.reason}`;
      case 'step.failed':
      case 'step.cancelled':
        return `${event.type} ${event.step}`;
      case 'run.failed':
        return `${event.type} ${event.step ?? ''} ${event.failure.code}`;
      default:
        return event.type;
    }
  });
