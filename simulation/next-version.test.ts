import assert from 'node:assert/strict';
import { it } from 'node:test';
import { definitionOfPlan } from './generated-definition.ts';
import { nextVersionOf } from './next-version.ts';
import { planOf } from './plan.ts';
import { scenarios } from './scenarios.ts';

it('another version has the same name, another digest, and a step that any other step sets off', () => {
  const ours = scenarios.flatMap(({ definitions }) => definitions);
  const generated = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => definitionOfPlan(planOf(seed)));
  for (const definition of [...ours, ...generated]) {
    const next = nextVersionOf(definition);
    assert.ok(next, definition.name);
    assert.equal(next.name, definition.name);
    assert.notEqual(next.digest, definition.digest);
    const added = next.steps.at(-1);
    assert.deepEqual(
      added?.needs,
      definition.steps.map(({ id }) => id),
    );
    assert.deepEqual(added?.join, { type: 'atLeast', count: 1, cancelRest: false });
    assert.equal(nextVersionOf(definition), next, 'made once');
  }
});
