/**
 * `npm run test:simulate [-- --schedules n --from seed]`: many schedules over our own scenarios and over generated
 * definitions, with what they met. `-- --crashes`: instead, a crash at every call of each, with nothing left out.
 */
import { parseArgs } from 'node:util';
import { sweepPairs, sweepSingles, sweepText, type Sweep } from '#simulation/crash-sweep.ts';
import { planText, scenarioOfPlan } from '#simulation/generated-definition.ts';
import { huntGenerated, shrinkPlan } from '#simulation/generated-hunt.ts';
import { hunt, type HuntResult } from '#simulation/hunt.ts';
import { planOf } from '#simulation/plan.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { crashedPlans, shippedScenarios } from '#tests/simulation/swept.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    crashes: { type: 'boolean' },
  },
});
const from = Number(values.from ?? 1);
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
  for (const scenario of scenarios) report(scenario.name, await hunt(scenario, { from, schedules: each }));
  const result = await huntGenerated({ from, schedules: generated });
  if (result.found !== undefined && result.plan !== undefined) {
    const { plan, found } = await shrinkPlan(result.plan, result.found);
    say(`${planText(result.plan)}\nWith as few steps as show it: ${found.violation}\n${planText(plan)}`);
  }
  report('generated definitions', result);
}

function report(name: string, result: HuntResult): void {
  played += result.schedules;
  for (const [what, times] of result.met) met.set(what, (met.get(what) ?? 0) + times);
  say(`${name}: ${result.schedules} schedules, ${result.events} events`);
  for (const [outcome, times] of result.outcomes) say(`  ${times} × ${outcome.slice(0, 100)}`);
  if (result.found !== undefined)
    fail(`VIOLATION in ${name}, seed ${result.found.seed}: ${result.found.violation}`);
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
