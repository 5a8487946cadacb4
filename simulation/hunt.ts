/**
 * Plays many schedules of a scenario and looks for one that breaks a promise.
 * HU1. Schedule k is made by seed k and nothing else: it can be played again alone.
 */
import { type Json } from '#core/json.ts';
import { type AgentCatalog, type AgentFacts } from '#core/ports.ts';
import { stepEntries } from '#core/run/step-states.ts';
import { type RunState } from '#core/run/types.ts';
import { seededChoices } from './choices.ts';
import { type FaultKind } from './faults.ts';
import { otherPayload } from './hostilities.ts';
import { ordinary, outcomeOf, racesOf, stepsOf, type Scenario } from './scenario.ts';
import { runSchedule, type ScheduleResult } from './schedule.ts';
import { replayInOrder } from './sequential-model.ts';
import { defaultSource } from './system.ts';

export interface HuntOptions {
  readonly from: number;
  readonly schedules: number;
  readonly faults?: readonly FaultKind[];
  readonly onProgress?: (done: number) => void;
}

export interface Found {
  readonly seed: number;
  readonly violation: string;
  readonly choices: readonly number[];
}

export interface HuntResult {
  readonly schedules: number;
  readonly events: number;
  readonly found: Found | undefined;
  /** Faults met and states reached, with how often. */
  readonly met: ReadonlyMap<string, number>;
  /** How runs ended, with how often. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** Stops at the first violation. Throws where the ordinary history itself breaks a promise. */
export async function hunt(scenario: Scenario, options: HuntOptions): Promise<HuntResult> {
  const judge = await judgeOf(scenario);
  const met = new Map<string, number>();
  const outcomes = new Map<string, number>();
  let events = 0;
  for (let done = 0; done < options.schedules; done += 1) {
    const seed = options.from + done;
    const choices = seededChoices(seed);
    const result = await runSchedule(
      { ...scenario, ...(options.faults && { faults: options.faults }) },
      choices,
    );
    events += result.events;
    for (const [what, times] of result.met) met.set(what, (met.get(what) ?? 0) + times);
    for (const run of result.runs.values()) {
      const { outcome } = endOf(run);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      for (const state of statesOf(run)) met.set(state, (met.get(state) ?? 0) + 1);
    }
    const violation = judge(result);
    if (violation !== undefined) {
      return {
        schedules: done + 1,
        events,
        found: { seed, violation, choices: choices.made },
        met,
        outcomes,
      };
    }
    options.onProgress?.(done + 1);
  }
  return { schedules: options.schedules, events, found: undefined, met, outcomes };
}

export type Judge = (result: ScheduleResult) => string | undefined;

/** The first promise a history broke, C6 included: without races it ends as the ordinary history does. */
export async function judgeOf(scenario: Scenario): Promise<Judge> {
  const usual = await ordinary(scenario);
  if (usual.violations[0] !== undefined)
    throw new Error(`the ordinary history of ${scenario.name}: ${usual.violations[0]}`);
  const missing = unopened(scenario, usual);
  if (missing !== undefined) throw new Error(`the ordinary history of ${scenario.name}: ${missing}`);
  const expected = new Map([...usual.runs].map(([id, run]) => [id, endOf(run)]));
  const raceFree = racesOf(scenario).length === 0;
  const told = scenario.breaks === true ? byWhomever : (end: End): End => end;
  return (result) => {
    if (result.violations[0] !== undefined) return result.violations[0];
    const missing = unopened(scenario, result);
    if (missing !== undefined) return missing;
    for (const [id, wanted] of expected) {
      const run = result.runs.get(id);
      // A start that came first under this id with another payload is the run: the reused one then is the conflict.
      if (run === undefined) return `I2: run ${id} never began`;
      // A stale read may lose a task to its deadline: allowed, since C6 assumes reads at the primary.
      if (raceFree && !result.met.has('reused') && !result.met.has('staleRead')) {
        const unequal = difference(told(endOf(run)), told(wanted));
        if (unequal !== undefined) return `C6: run ${id} ended ${unequal}`;
      }
    }
    if (!result.met.has('reused') && result.runs.size !== expected.size)
      return `I23: ${result.runs.size} runs began, ${expected.size} were asked for`;
    return outOfOrder(scenario, result);
  };
}

/** I7: with races or without, every run ends as it does where its inputs are taken one after the other. */
function outOfOrder(scenario: Scenario, result: ScheduleResult): string | undefined {
  const inputs = (source: string, id: string): readonly Json[] => [
    ...scenario.runs
      .filter((start) => start.id === id && (start.source ?? defaultSource) === source)
      .map(({ input }) => input),
    otherPayload,
  ];
  const { definition, said } = result;
  const facts = { agents: catalogOf(scenario.agents), agent: scenario.agent, definition, said };
  for (const [id, run] of result.runs) {
    const model = replayInOrder({ ...facts, inputs }, result.histories.get(id) ?? []);
    if ('unexplained' in model) return `I7: run ${id}: ${model.unexplained}`;
    const unequal = difference(endOf(run), endOf(model), 'with its inputs one after the other');
    if (unequal !== undefined) return `I7: run ${id} ended ${unequal}`;
  }
  return undefined;
}

const catalogOf = (agents: readonly AgentFacts[]): AgentCatalog =>
  new Map(agents.map((agent) => [agent.name, agent]));

interface End {
  readonly outcome: string;
  readonly steps: readonly string[];
}

/** States are values: the end of one is told once, however often it is compared. */
const ends = new WeakMap<RunState, End>();

function endOf(run: RunState): End {
  const known = ends.get(run);
  if (known !== undefined) return known;
  const end = { outcome: outcomeOf(run), steps: stepsOf(run) };
  ends.set(run, end);
  return end;
}

/** The timer and the host of an agent have their own words for an attempt that nobody answered in time. */
function byWhomever({ outcome, steps }: End): End {
  const told = (text: string): string => text.replaceAll('failed AGENT_TIMEOUT', 'failed STEP_TIMEOUT');
  return { outcome: told(outcome), steps: steps.map(told) };
}

/** How a run ended otherwise than without faults: as a whole, or in one of its steps. */
function difference({ outcome, steps }: End, wanted: End, where = 'without faults'): string | undefined {
  if (outcome !== wanted.outcome) return `${outcome}, ${where} ${wanted.outcome}`;
  const at = steps.findIndex((step, index) => step !== wanted.steps[index]);
  return at < 0 ? undefined : `with ${steps[at]}, ${where} ${wanted.steps[at] ?? 'without this step'}`;
}

/** Every start opens a run of its own, where no idempotency key makes one of several. */
function unopened(scenario: Scenario, { runs }: ScheduleResult): string | undefined {
  if (scenario.definitions.some(({ idempotencyKey }) => idempotencyKey !== undefined)) return undefined;
  const opened = new Set<string>();
  for (const run of runs.values())
    if (run.status !== 'absent') opened.add(`${run.start.source} ${run.start.id}`);
  const start = scenario.runs.find(({ source = defaultSource, id }) => !opened.has(`${source} ${id}`));
  return start && `C2: the start ${start.id} of ${start.source ?? defaultSource} opened no run`;
}

function statesOf(run: ReturnType<ScheduleResult['runs']['get']> & object): readonly string[] {
  if (run.status === 'absent') return [];
  const end = run.status === 'finished' ? run.outcome.status : run.status;
  return [`run ${end}`, ...new Set([...stepEntries(run.steps)].map(([, step]) => `step ${step.status}`))];
}
