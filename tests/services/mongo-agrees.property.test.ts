/** The memory of the simulator and MongoDB give the same answers to the same calls, whatever they are. */
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Step, playBoth, sequences } from '../contract/store-steps.ts';
import { openFresh } from './mongo-subject.ts';

async function play(steps: readonly Step[]): Promise<void> {
  const subject = await openFresh();
  try {
    await playBoth(subject.store, steps);
  } finally {
    await subject.close();
  }
}

for (const [name, steps] of Object.entries(sequences))
  test(`memory and MongoDB agree on ${name}`, async () => {
    const arbitrary = fc.array(steps, { minLength: 20, maxLength: 40 });
    await fc.assert(fc.asyncProperty(arbitrary, play), { numRuns: 8 });
  });
