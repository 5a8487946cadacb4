/**
 * `npm run test:simulate [-- --schedules n --from seed]`: many schedules over our own scenarios and over generated
 * definitions, with what they met. `-- --crashes`: instead, a crash at every call of each, with nothing left out.
 */
import { parseArgs } from 'node:util';
import { sweepPairs, sweepSingles, sweepText, type Sweep } from '#simulation/crash-sweep.ts';
import { planText, scenarioOfPlan } from '#simulation/generated-definition.ts';
import { shrinkPlan } from '#simulation/generated-hunt.ts';
import { type HuntResult } from '#simulation/hunt.ts';
import { planOf } from '#simulation/plan.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { crashedPlans, shippedScenarios } from '#tests/simulation/swept.ts';
import { type Played } from './simulation-part.ts';
import { openThreads } from './simulation-threads.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    crashes: { type: 'boolean' },
  },
});
const from = Number(values.from ?? 1);
const partSize = 1000;
Error.stackTraceLimit = 0;
const met = new Map<string, number>();
let played = 0;

const begun = performance.now();
if (values.crashes === true) await playCrashes();
else await playSchedules(Number(values.schedules ?? values.seeds ?? 1_000_000));
say(
  `\n${played} histories, no violation, ${Math.round((played * 1000) / (performance.now() - begun))} a second`,
);
for (const [what, times] of [...met].sort(([, a], [, b]) => b - a)) say(`  ${times} × ${what}`);

/** One history in twenty is over a generated definition. */
async function playSchedules(total: number): Promise<void> {
  const generated = Math.ceil(total / 20);
  const each = Math.ceil((total - generated) / scenarios.length);
  const threads = openThreads();
  const asked = [
    ...scenarios.map(({ name }) => ({ name, scenario: { scenario: name }, schedules: each })),
    { name: 'generated definitions', scenario: {}, schedules: generated },
  ].map(({ name, scenario, schedules }) => ({
    name,
    parts: seedsOf(schedules).map((seeds) => threads.play({ ...scenario, ...seeds })),
  }));
  for (const { name, parts } of asked) {
    const results = await Promise.all(parts);
    await shrinkFound(results.find(({ found }) => found !== undefined));
    for (const result of results) add(result);
    report(name, results);
  }
  await threads.close();
}

/** In parts, so that every processor has something to do until the end. */
function seedsOf(schedules: number): readonly { readonly from: number; readonly schedules: number }[] {
  return Array.from({ length: Math.ceil(schedules / partSize) }, (_, part) => ({
    from: from + part * partSize,
    schedules: Math.min(partSize, schedules - part * partSize),
  }));
}

async function shrinkFound(result: Played | undefined): Promise<void> {
  if (result?.found === undefined || result.plan === undefined) return;
  const { plan, found } = await shrinkPlan(result.plan, result.found);
  say(`${planText(result.plan)}\nWith as few steps as show it: ${found.violation}\n${planText(plan)}`);
}

function add({ schedules, met: seen }: HuntResult): void {
  played += schedules;
  for (const [what, times] of seen) met.set(what, (met.get(what) ?? 0) + times);
}

function report(name: string, results: readonly HuntResult[]): void {
  const sum = (of: (result: HuntResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  say(`${name}: ${sum(({ schedules }) => schedules)} schedules, ${sum(({ events }) => events)} events`);
  const outcomes = new Map<string, number>();
  for (const result of results)
    for (const [outcome, times] of result.outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
  for (const [outcome, times] of outcomes) say(`  ${times} × ${outcome.slice(0, 100)}`);
  for (const { found } of results)
    if (found !== undefined) fail(`VIOLATION in ${name}, seed ${found.seed}: ${found.violation}`);
}

async function playCrashes(): Promise<void> {
  const long = (['wide', 'chain', 'tangle'] as const).map((shape) => planOf(from, shape));
  const ours = [...scenarios, ...(await shippedScenarios())].map((scenario) => ({ scenario, text: '' }));
  const plans = [...crashedPlans, ...long].map((plan) => ({
    scenario: scenarioOfPlan(plan),
    text: planText(plan),
  }));
  for (const { scenario, text } of [...ours, ...plans]) {
    reportSweep(scenario.name, 'one crash', text, await sweepSingles(scenario));
    const steps = scenario.definitions.flatMap((definition) => definition.steps).length;
    if (steps <= 3) reportSweep(scenario.name, 'two crashes', text, await sweepPairs(scenario));
  }
}

function reportSweep(name: string, what: string, text: string, sweep: Sweep): void {
  played += sweep.played;
  say(`${name}, ${what}: ${sweep.played} histories`);
  if (sweep.found !== undefined) fail(`VIOLATION in ${name}, ${sweepText(sweep)}\n${text}`);
}

function fail(message: string): never {
  say(message);
  process.exit(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
