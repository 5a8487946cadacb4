/**
 * Plays schedules over all scenarios and generated definitions, round robin by seed, until one breaks a promise. Run in
 * a copy of the tree: `node search.ts <schedules>` prints one line of JSON, `{ schedules, scenario?, seed?, violation? }`.
 */
import { seededChoices } from '#simulation/choices.ts';
import { allFaults } from '#simulation/faults.ts';
import { scenarioOfPlan } from '#simulation/generated-definition.ts';
import { type Judge, judgeOf } from '#simulation/hunt.ts';
import { planOf } from '#simulation/plan.ts';
import { type Scenario } from '#simulation/scenario.ts';
import { runSchedule } from '#simulation/schedule.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { type SearchResult } from './bugs.ts';

// Recovery after lost records sends effects again for good reason, and so hides bugs of sending.
const faults = allFaults.filter((kind) => kind !== 'lostLog');

process.stdout.write(`${JSON.stringify(await search(Number(process.argv[2] ?? '10000')))}\n`);

async function search(limit: number): Promise<SearchResult> {
  const judged = [];
  for (const scenario of scenarios) {
    try {
      judged.push({ scenario, judge: await judgeOf(scenario) });
    } catch (error) {
      // Even the history without faults breaks a promise.
      return { schedules: 1, scenario: scenario.name, violation: String(error) };
    }
  }
  for (let seed = 1; seed <= limit; seed += 1) {
    const next = judged[seed % (judged.length + 1)];
    const scenario = next?.scenario ?? scenarioOfPlan(planOf(seed));
    const violation = await broken(scenario, next?.judge, seed);
    if (violation !== undefined) return { schedules: seed, scenario: scenario.name, seed, violation };
  }
  return { schedules: limit };
}

async function broken(
  scenario: Scenario,
  known: Judge | undefined,
  seed: number,
): Promise<string | undefined> {
  try {
    const judge = known ?? (await judgeOf(scenario));
    return judge(await runSchedule({ ...scenario, faults }, seededChoices(seed)));
  } catch (error) {
    return String(error);
  }
}
