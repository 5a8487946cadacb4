import assert from 'node:assert/strict';
import { it } from 'node:test';
import { huntRecipe, type Recipe } from './hunt-recipe.ts';
import { parallelHunt } from './parallel-hunt.ts';

const chain: Recipe = { type: 'scenario', name: 'chain' };
const options = { from: 1, schedules: 450 };

it('hunting in several threads gives what one thread gives, and tells how far it is', async () => {
  const alone = await huntRecipe(chain, options);
  const told: number[] = [];
  const together = await parallelHunt(chain, {
    ...options,
    threads: 2,
    onProgress: (done) => told.push(done),
  });
  assert.deepEqual(together, alone);
  assert.deepEqual(
    told,
    told.toSorted((a, b) => a - b),
  );
  assert.equal(told.at(-1), 450);
});

it('what goes wrong in a thread comes out as an error', async () => {
  const unknown: Recipe = { type: 'scenario', name: 'nowhere' };
  await assert.rejects(parallelHunt(unknown, { ...options, threads: 2 }), /there is no scenario 'nowhere'/);
});
