import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDefinition } from '#core/workflow/parse-definition.ts';
import { seededChoices } from './choices.ts';
import { definitionOfPlan, planText, scenarioOfPlan } from './generated-definition.ts';
import { huntGenerated, shrinkPlan } from './generated-hunt.ts';
import { hunt } from './hunt.ts';
import { planOf, withoutStep, type Plan, type PlanShape } from './plan.ts';
import { racesOf, type Scenario } from './scenario.ts';
import { runSchedule } from './schedule.ts';

Error.stackTraceLimit = 0;
const seeds = Array.from({ length: 400 }, (_, seed) => seed + 1);

describe('a plan', () => {
  it('makes a workflow that the parser takes, whatever the seed and the shape', () => {
    for (const seed of seeds) assert.equal(definitionOfPlan(planOf(seed)).steps.length > 0, true);
    const steps = (shape: PlanShape) => definitionOfPlan(planOf(1, shape)).steps.length;
    assert.deepEqual([steps('wide'), steps('chain'), steps('tangle')], [11, 100, 100]);
  });

  it('is still one without any of its steps', () => {
    for (const seed of seeds.slice(0, 100)) {
      const plan = planOf(seed);
      if (plan.steps.length === 1) continue;
      for (const { id } of plan.steps) definitionOfPlan(withoutStep(plan, id));
    }
  });

  it('draws everything the language has, and leaves nothing to a race half of the time', () => {
    const plans = seeds.map((seed) => planOf(seed));
    const steps = plans.flatMap((plan) => plan.steps);
    const drawn = (has: (step: (typeof steps)[number]) => unknown): number => steps.filter(has).length;
    assert.ok(drawn((step) => step.if) > 20);
    assert.ok(drawn((step) => step.join) > 20);
    assert.ok(drawn((step) => step.retry?.on) > 20);
    assert.ok(drawn((step) => step.timeout === '1s') > 20);
    assert.ok(drawn((step) => step.timeout === '3h') > 20);
    assert.ok(drawn((step) => step.deadline) > 20);
    assert.ok(drawn((step) => step.continueOnError) > 20);
    assert.ok(plans.some((plan) => plan.timeout !== undefined) && plans.some((plan) => plan.cancel));
    assert.equal(
      Math.max(...plans.filter(({ name }) => name.includes('small')).map((p) => p.steps.length)),
      12,
    );
    const raceFree = plans.filter((plan) => racesOf(scenarioOfPlan(plan)).length === 0).length;
    assert.ok(raceFree > 150 && raceFree < 250, `${raceFree} of ${plans.length}`);
  });

  it('is told as a workflow file that can be read back', () => {
    const plan = planOf(7);
    const source = JSON.parse(planText(plan).split(/\n(?=s0: )/)[0] ?? '') as Parameters<
      typeof parseDefinition
    >[0];
    const read = parseDefinition(source);
    assert.equal(read.ok && read.value.digest, definitionOfPlan(plan).digest);
  });
});

describe('hunting through generated definitions', () => {
  it('plays for each seed what the seed alone gives, to the byte', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const journal = async () =>
        (await runSchedule({ ...scenarioOfPlan(planOf(seed)), journal: true }, seededChoices(seed))).journal;
      assert.deepEqual(await journal(), await journal());
    }
  });

  it('counts what it met over all its seeds', async () => {
    const result = await huntGenerated({ from: 1, schedules: 12 });
    assert.equal(result.found, undefined);
    assert.equal(result.schedules, 12);
    assert.ok((result.met.get('step completed') ?? 0) > 0);
  });
});

describe('shrinking a plan that breaks a promise', () => {
  /** The agent of one step answers otherwise each time it is called, which no agent of a simulation may. */
  const fickle = (plan: Plan): Scenario => {
    const scenario = scenarioOfPlan(plan);
    return {
      ...scenario,
      get agent(): Scenario['agent'] {
        let calls = 0;
        return (task) => {
          if (task.step !== 's2') return scenario.agent(task);
          calls += 1;
          return { delayMs: 5, outcome: { status: 'completed', output: { value: { calls } } } };
        };
      },
    };
  };
  const plan: Plan = {
    ...planOf(1),
    steps: ['s0', 's1', 's2', 's3', 's4'].map((id, at) => ({
      id,
      agent: 'cheap',
      needs: at === 0 ? [] : [`s${at - 1}`],
      continueOnError: false,
      attempts: [{ delayMs: 5, does: 'answer' }],
    })),
    cancel: false,
  };

  it('leaves the steps that it takes, and a schedule that breaks the same promise', async () => {
    const { found } = await hunt(fickle(plan), { from: 1, schedules: 500 });
    assert.match(found?.violation ?? '', /^C6: /);
    assert.ok(found);
    const shrunk = await shrinkPlan(plan, found, { scenarioOf: fickle });
    assert.deepEqual(
      shrunk.plan.steps.map(({ id }) => id),
      ['s2'],
    );
    assert.match(shrunk.found.violation, /^C6: /);
  });
});
