/**
 * Hunts through definitions nobody wrote: a fresh one for every seed.
 * GH1. Seed k makes definition k and schedule k, and nothing else: both can be had again from the number.
 * GH2. What is found is told with its definition, and with the smallest one that still breaks the promise.
 */
import { replayedChoices, seededChoices } from './choices.ts';
import { scenarioOfPlan } from './generated-definition.ts';
import { hunt, judgeOf, type Found, type HuntOptions, type HuntResult } from './hunt.ts';
import { planOf, withoutStep, type Plan } from './plan.ts';
import { type Scenario } from './scenario.ts';
import { runSchedule } from './schedule.ts';

export async function huntGenerated(options: HuntOptions): Promise<HuntResult & { readonly plan?: Plan }> {
  const met = new Map<string, number>();
  const outcomes = new Map<string, number>();
  let events = 0;
  for (let done = 0; done < options.schedules; done += 1) {
    const seed = options.from + done;
    const plan = planOf(seed);
    const one = await hunt(scenarioOfPlan(plan), { ...options, from: seed, schedules: 1 });
    events += one.events;
    for (const [what, times] of one.met) met.set(what, (met.get(what) ?? 0) + times);
    for (const outcome of one.outcomes.keys()) {
      const kind = outcome.split(' ', 2).join(' ').slice(0, 40);
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    }
    if (one.found !== undefined)
      return { schedules: done + 1, events, found: one.found, met, outcomes, plan };
    options.onProgress?.(done + 1);
  }
  return { schedules: options.schedules, events, found: undefined, met, outcomes };
}

export interface ShrunkPlan {
  readonly plan: Plan;
  /** Of a schedule of this plan that breaks the same promise. */
  readonly found: Found;
  readonly schedules: number;
}

export interface ShrinkPlanOptions extends Pick<HuntOptions, 'faults'> {
  /** What is played of a plan; `scenarioOfPlan` unless given. */
  readonly scenarioOf?: (plan: Plan) => Scenario;
}

/** Schedules that are tried of a definition with a step less, before the step counts as needed. */
const tries = 30;

/** Takes steps away as long as the same promise (by its number) is broken, in this schedule or one of the next seeds. */
export async function shrinkPlan(
  plan: Plan,
  found: Found,
  options: ShrinkPlanOptions = {},
): Promise<ShrunkPlan> {
  let best: ShrunkPlan = { plan, found, schedules: 0 };
  let schedules = 0;
  for (let progress = true; progress;) {
    progress = false;
    for (const { id } of best.plan.steps.toReversed()) {
      if (best.plan.steps.length === 1) break;
      const smaller = withoutStep(best.plan, id);
      const again = await breaksStill(smaller, best.found, options);
      schedules += again.schedules;
      if (again.found !== undefined) best = { plan: smaller, found: again.found, schedules };
      progress ||= again.found !== undefined;
    }
  }
  return { ...best, schedules };
}

async function breaksStill(
  plan: Plan,
  { seed, choices, violation }: Found,
  { faults, scenarioOf = scenarioOfPlan }: ShrinkPlanOptions,
): Promise<{ readonly schedules: number; readonly found?: Found }> {
  const scenario = scenarioOf(plan);
  const judge = await judgeOf(scenario);
  for (let tried = 0; tried < tries; tried += 1) {
    const next = tried === 0 ? replayedChoices(choices) : seededChoices(seed + tried - 1);
    const broken = judge(await runSchedule({ ...scenario, ...(faults && { faults }) }, next));
    if (broken?.split(':')[0] === violation.split(':')[0])
      return { schedules: tried + 1, found: { seed, violation: broken ?? '', choices: next.made } };
  }
  return { schedules: tries };
}
