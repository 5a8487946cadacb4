import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { noSteps, stepEntries, stepStateIn, withStepState } from './step-states.ts';
import { type StepState } from './types.ts';

const completed = (attempt: number): StepState => ({
  status: 'completed',
  attempt,
  output: { value: attempt },
});

describe('the states of steps', () => {
  it('are those of a plain map after any changes, and each earlier value stays as it was', () => {
    const changes = fc.array(
      fc.tuple(
        fc.nat(120).map((id) => `s${id}`),
        fc.nat(9),
      ),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(changes, (all) => {
        const plain = new Map<string, StepState>();
        let steps = noSteps;
        const kept = all.map(([id, attempt]) => {
          plain.set(id, completed(attempt));
          steps = withStepState(steps, id, completed(attempt));
          return { steps, wanted: [...plain] };
        });
        for (const { steps: then, wanted } of kept) {
          assert.deepEqual([...stepEntries(then)], wanted);
          for (const [id, state] of wanted) assert.deepEqual(stepStateIn(then, id), state);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('know nothing of what every object inherits', () => {
    for (const id of ['toString', '__proto__', 'constructor']) {
      assert.equal(stepStateIn(noSteps, id), undefined);
      assert.deepEqual(stepStateIn(withStepState(noSteps, id, completed(1)), id), completed(1));
    }
  });

  it('are changed without a copy of them all, however many there are', () => {
    let steps = noSteps;
    for (let id = 0; id < 1000; id += 1) steps = withStepState(steps, `s${id}`, completed(1));
    let shared = 0;
    for (let id = 0; id < 320; id += 1) {
      const next = withStepState(steps, `s${id}`, completed(2));
      if (next.earlier === steps.earlier) shared += 1;
      steps = next;
    }
    assert.equal(shared, 310);
  });
});
