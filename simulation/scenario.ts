/** What a schedule is played over: definitions, agents, requests; and what every history of it must have in common. */
import { type Payload } from '#core/payload.ts';
import { type AgentFacts } from '#core/ports.ts';
import { stepEntries } from '#core/run/step-states.ts';
import { type RunState, type StepState } from '#core/run/types.ts';
import { type AgentStep, type Definition } from '#core/workflow/definition.ts';
import { type SimulatedAgent } from './agents.ts';
import { replayedChoices } from './choices.ts';
import { runSchedule, type ScheduleResult, type SimulatedStart } from './schedule.ts';

export interface Scenario {
  readonly name: string;
  readonly definitions: readonly Definition[];
  readonly agents: readonly AgentFacts[];
  readonly agent: SimulatedAgent;
  readonly runs: readonly SimulatedStart[];
  readonly cancel?: boolean;
  /** Whether an agent breaks its host: then the deadline decides, and the timer or a host asked again says so first. */
  readonly breaks?: boolean;
}

/** How a run ended, without versions, times and attempts: what must be equal in every history without races. */
export function outcomeOf(run: RunState): string {
  if (run.status !== 'finished') return run.status;
  const { outcome } = run;
  switch (outcome.status) {
    case 'completed':
      return `completed ${payloadText(outcome.outputs)}`;
    case 'failed':
      return `failed ${outcome.failure.code}${outcome.step === undefined ? '' : ` in ${outcome.step}`}`;
    case 'cancelled':
      return 'cancelled';
  }
}

/** How each step of a run ended, by id: as `outcomeOf`, equal in every history without races. */
export function stepsOf(run: RunState): readonly string[] {
  if (run.status === 'absent') return [];
  return [...stepEntries(run.steps)].map(([id, step]) => `${id} ${stepText(step)}`).sort();
}

function stepText(step: StepState): string {
  switch (step.status) {
    case 'completed':
      return `completed ${payloadText(step.output)}`;
    case 'failed':
      return `failed ${step.failure.code}${step.caught ? ', caught' : ''}`;
    case 'skipped':
      return `skipped ${step.reason}`;
    default:
      return step.status;
  }
}

/** What is too big for the state stands here by its digest: another value would have another. */
const payloadText = ({ value, refs = [] }: Payload): string =>
  [JSON.stringify(value), ...refs.map(({ at, ref }) => `${at || '/'} ${ref.digest}`)].join(' ');

/** The ordinary history: nothing fails, the oldest thing happens next. */
export const ordinary = (scenario: Scenario): Promise<ScheduleResult> =>
  runSchedule({ ...scenario, cancel: false, faults: [] }, replayedChoices([]));

/** What in these definitions may end differently in different orders, in words; empty: nothing may. */
export function racesOf(scenario: Scenario): readonly string[] {
  const races: string[] = [];
  if (scenario.cancel === true) races.push('cancel against everything');
  for (const definition of scenario.definitions) {
    if (definition.timeoutMs !== undefined) races.push(`the timeout of ${definition.name} against its steps`);
    for (const step of definition.steps) {
      if (step.join.type === 'atLeast')
        races.push(`${step.id}: the first ${step.join.count} of ${step.needs.join(', ')}`);
      if (step.kind === 'approval') {
        races.push(`${step.id}: the decisions against each other and against its timeout`);
        continue;
      }
      if (step.deadlineMs !== undefined) races.push(`${step.id}: its deadline against its result`);
      races.push(...timeoutRace(scenario, step));
    }
  }
  return [...new Set(races)];
}

/** Faults may delay an answer by minutes; a longer timeout is never reached in a schedule. */
const neverReachedMs = 60 * 60 * 1000;

function timeoutRace(scenario: Scenario, step: AgentStep): readonly string[] {
  const agent = scenario.agents.find(({ name }) => name === step.agent.name);
  const timeoutMs = step.timeoutMs ?? agent?.timeoutMs ?? 300_000;
  return timeoutMs < neverReachedMs ? [`${step.id}: its timeout against its result`] : [];
}
