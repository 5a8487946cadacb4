/** Copies of everything: three records in ten come again, over a hundred steps and ten at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededChoices } from '#simulation/choices.ts';
import { scenarioOfPlan } from '#simulation/generated-definition.ts';
import { judgeOf } from '#simulation/hunt.ts';
import { planOf, type Plan } from '#simulation/plan.ts';
import { runSchedule } from '#simulation/schedule.ts';

const schedules = 3;
/** An opportunity for a copy comes with every event, for another delivery with every batch. */
const rates = { duplicate: 1.2, redeliver: 0.3 };

/** Every step answers, at once or after 10 ms. */
const steady = (plan: Plan): Plan => ({
  ...plan,
  cancel: false,
  copies: 1,
  steps: plan.steps.map(({ id, agent, needs }, at) => ({
    ...{ id, agent, needs, continueOnError: false },
    attempts: [{ delayMs: at % 2 === 0 ? 1 : 10, does: 'answer' }],
  })),
});

describe('where three records in ten come again', () => {
  for (const shape of ['wide', 'chain', 'tangle'] as const) {
    it(`a ${shape} workflow ends as ever, and no agent that is called once is called again`, async () => {
      const scenario = scenarioOfPlan(steady(planOf(1, shape)));
      const judge = await judgeOf(scenario);
      for (let seed = 1; seed <= schedules; seed += 1) {
        const calls = new Map<string, number>();
        const agent: typeof scenario.agent = (task) => {
          const name = `${task.agent} ${task.step} ${task.attempt}`;
          calls.set(name, (calls.get(name) ?? 0) + 1);
          return scenario.agent(task);
        };
        const result = await runSchedule({ ...scenario, agent, rates }, seededChoices(seed));
        assert.equal(judge(result), undefined, `seed ${seed}`);
        const copies = (result.met.get('duplicate') ?? 0) + (result.met.get('redeliver') ?? 0);
        assert.ok(copies > calls.size / 4, `${copies} copies for ${calls.size} calls`);
        const again = [...calls].filter(([name, times]) => name.startsWith('worker') && times > 1);
        assert.deepEqual(again, []);
      }
    });
  }
});
