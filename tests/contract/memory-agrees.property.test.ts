/** The memory of the simulator and the embedded store give the same answers to the same calls, whatever they are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { type Step, playBoth, sequences } from './store-steps.ts';

async function play(steps: readonly Step[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-agrees-'));
  const embedded = openEmbedded({ folder, clock: { now: () => 1 } });
  try {
    await playBoth(embedded.store, steps);
  } finally {
    await embedded.close();
    rmSync(folder, { recursive: true });
  }
}

for (const [name, steps] of Object.entries(sequences))
  test(`memory and embedded agree on ${name}`, async () => {
    const arbitrary = fc.array(steps, { minLength: 20, maxLength: 60 });
    await fc.assert(fc.asyncProperty(arbitrary, play), { numRuns: 40 });
  });
