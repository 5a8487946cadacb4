/** A thread of `parallelHunt`: hunts through one range of seeds after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { type HuntOptions } from '#simulation/hunt.ts';
import { huntRecipe, type Recipe } from './hunt-recipe.ts';

Error.stackTraceLimit = 0; // simulated failures are errors by the thousand, and nobody reads where they were made
const recipe = workerData as Recipe;
parentPort?.on('message', (range: HuntOptions) => {
  void huntRecipe(recipe, range).then(
    (result) => parentPort?.postMessage({ result }),
    (error: unknown) =>
      parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
