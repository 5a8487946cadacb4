/**
 * Hostile histories over the real handlers: 20,000 in the ordinary test run. A failure names scenario and seed;
 * `npm run test:simulate -- --schedules n --from seed` plays more.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allFaults } from '#simulation/faults.ts';
import { planText } from '#simulation/generated-definition.ts';
import { huntGenerated, shrinkPlan } from '#simulation/generated-hunt.ts';
import { hunt } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';

Error.stackTraceLimit = 0; // simulated faults are errors, thousands a second
const generated = 250;
const schedules = Math.ceil((20_000 - generated) / scenarios.length);
const met = new Map<string, number>();
/** What would make the checks say nothing if it never came. */
const reached = [
  'thaw',
  'thaw past a lease',
  'thaw past the time of its function',
  'batch failed',
  'failover of a read',
  'failover of a write',
  'stranger wake',
  'stranger cancel',
  'stranger response',
  'cancel before its run',
  'decision approved',
  'decision rejected',
];
const events = [
  ...['run.started', 'run.completed', 'run.failed', 'run.cancelled', 'cancel.requested', 'start.conflicted'],
  ...['step.dispatched', 'step.completed', 'step.retryScheduled', 'step.failed', 'step.skipped'],
  ...['approval.requested', 'approval.decided', 'approval.ignored'],
  ...['step.cancelled', 'attempt.failed', 'response.late', 'wake.consumed', 'timer.armed'],
].map((type) => `event ${type}`);

describe('every promise holds in every hostile history', () => {
  for (const scenario of scenarios) {
    it(`${scenario.name}: ${schedules} schedules`, async () => {
      const result = await hunt(scenario, { from: 1, schedules });
      assert.equal(result.found, undefined, `seed ${result.found?.seed}: ${result.found?.violation}`);
      assert.equal(result.schedules, schedules);
      for (const [what, times] of result.met) met.set(what, (met.get(what) ?? 0) + times);
    });
  }

  it(`generated definitions, a fresh one for each of ${generated} schedules`, async () => {
    const result = await huntGenerated({ from: 1, schedules: generated });
    if (result.found !== undefined && result.plan !== undefined) {
      const { plan, found } = await shrinkPlan(result.plan, result.found);
      assert.fail(
        `seed ${result.found.seed}: ${result.found.violation}\n${planText(result.plan)}\n` +
          `With as few steps as show it: ${found.violation}\n${planText(plan)}`,
      );
    }
    assert.equal(result.schedules, generated);
    for (const [what, times] of result.met) met.set(what, (met.get(what) ?? 0) + times);
  });

  it('and every fault really happened, and every state of a run and a step was reached', () => {
    const states = ['run completed', 'run failed', 'run cancelled'];
    const steps = ['completed', 'failed', 'skipped', 'cancelled'].map((status) => `step ${status}`);
    const never = [...allFaults, ...states, ...steps, ...events, ...reached].filter((what) => !met.has(what));
    assert.deepEqual(never, []);
  });
});
