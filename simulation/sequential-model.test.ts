import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scenarioOfPlan } from './generated-definition.ts';
import { hunt } from './hunt.ts';
import { planOf, type Plan, type PlannedStep } from './plan.ts';

Error.stackTraceLimit = 0;

const tried = (id: string, delay: string, jitter: 'none' | 'full'): PlannedStep => ({
  ...{ id, agent: 'cheap', needs: [], timeout: '3h', continueOnError: true },
  retry: { max: 2, delay, jitter },
  attempts: [
    { delayMs: 5, does: 'breaks' },
    { delayMs: 5, does: 'answer' },
  ],
});

// Seed 193 of the generated definitions: both time out in one wake, and only the last wait tells the draw.
it('one draw explains all that one commit tries again, with jitter or without, after long waits and short ones', async () => {
  const plan: Plan = {
    ...planOf(193, 'small'),
    steps: [tried('fixed', '10ms', 'none'), tried('short', '10ms', 'full'), tried('long', '1s', 'full')],
    copies: 1,
    cancel: false,
  };
  const { found } = await hunt(scenarioOfPlan(plan), { from: 1, schedules: 40 });
  assert.equal(found?.violation, undefined);
});

// Seeds 23445, 37675, 39573 and 41623 of the generated definitions: what chance decided was that there is no next attempt.
it('a draw that left no time for another attempt is read from the step that failed', async () => {
  const again = { delayMs: 5, does: 'again' } as const;
  const step: PlannedStep = {
    ...{ id: 'hurried', agent: 'cheap', needs: [], timeout: '3h', deadline: '2s', continueOnError: true },
    retry: { max: 3, delay: '1s', jitter: 'full' },
    attempts: [again, again, again],
  };
  const plan: Plan = { ...planOf(193, 'small'), steps: [step], copies: 1, cancel: false };
  const { found } = await hunt(scenarioOfPlan(plan), { from: 1, schedules: 100 });
  assert.equal(found?.violation, undefined);
});
