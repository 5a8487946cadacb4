/**
 * A crash at every boundary of the ordinary history, one at a time and in pairs. Here long histories are sampled;
 * `npm run test:simulate -- --crashes` leaves nothing out.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replayedChoices, seededChoices } from '#simulation/choices.ts';
import { sweepPairs, sweepSingles, sweepText, type Sweep } from '#simulation/crash-sweep.ts';
import { planText, scenarioOfPlan } from '#simulation/generated-definition.ts';
import { planOf } from '#simulation/plan.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { runSchedule } from '#simulation/schedule.ts';
import { crashedPlans, shippedScenarios } from './swept.ts';

Error.stackTraceLimit = 0;

interface Least {
  readonly histories: number;
  /** Of these, at least this share had all the crashes they were played for. */
  readonly crashed: number;
}
const single: Least = { histories: 8, crashed: 1 };
/** After an early crash, fewer calls may be left than the second one waits for. */
const pair: Least = { histories: 8, crashed: 0.7 };

function survived(sweep: Sweep, least: Least, about: string): void {
  assert.equal(sweepText(sweep), '', about);
  assert.ok(sweep.played >= least.histories, `${about}: ${sweep.played} histories`);
  assert.ok(sweep.crashed >= sweep.played * least.crashed, `${about}: ${sweep.crashed} of ${sweep.played}`);
}

describe('a crash at every call', () => {
  for (const scenario of scenarios) {
    it(`of ${scenario.name}, before and after it took effect`, async () => {
      survived(await sweepSingles(scenario), single, scenario.name);
    });
  }

  it('of the shipped workflows, before and after it took effect', async () => {
    const shipped = await shippedScenarios();
    assert.ok(shipped.length > 0);
    for (const scenario of shipped) survived(await sweepSingles(scenario), single, scenario.name);
  });

  it('of generated definitions of up to 12 steps, before and after it took effect', async () => {
    for (const plan of crashedPlans)
      survived(await sweepSingles(scenarioOfPlan(plan), { skip: 1 }), single, planText(plan));
  });

  for (const [shape, skip] of [
    ['wide', 6],
    ['chain', 80],
    ['tangle', 40],
  ] as const) {
    it(`of a ${shape} generated definition, sampled`, async () => {
      const plan = planOf(1, shape);
      survived(await sweepSingles(scenarioOfPlan(plan), { skip }), single, plan.name);
    });
  }

  it('of three steps, in pairs', async () => {
    const [chain] = scenarios;
    assert.ok(chain);
    survived(await sweepPairs(chain), { ...pair, histories: 1_000 }, chain.name);
  });

  it('of small generated definitions, in pairs, sampled', async () => {
    let [played, crashed] = [0, 0];
    for (const plan of crashedPlans.filter(({ steps }) => steps.length <= 3)) {
      const sweep = await sweepPairs(scenarioOfPlan(plan), { skip: 30 });
      assert.equal(sweepText(sweep), '', planText(plan));
      [played, crashed] = [played + sweep.played, crashed + sweep.crashed];
    }
    survived({ played, crashed }, { ...pair, histories: 100 }, 'all of them');
  });
});

describe('a schedule', () => {
  it('is a function of its seed: played again it gives the same account, to the byte', async () => {
    for (const scenario of scenarios) {
      for (let seed = 1; seed <= 20; seed += 1) {
        const [one, two] = [
          await runSchedule({ ...scenario, journal: true }, seededChoices(seed)),
          await runSchedule({ ...scenario, journal: true }, seededChoices(seed)),
        ];
        assert.deepEqual(two.journal, one.journal);
        const again = await runSchedule({ ...scenario, journal: true }, replayedChoices(one.choices));
        assert.deepEqual(again.journal, one.journal, 'and so does the list of its choices');
      }
    }
  });
});
