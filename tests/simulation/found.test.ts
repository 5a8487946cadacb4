/** Histories that broke a promise once, by scenario and seed (HU1, GH1): what they showed is mended, and stays so. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { huntGenerated } from '#simulation/generated-hunt.ts';
import { hunt } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';

Error.stackTraceLimit = 0; // simulated faults are errors
const found: readonly (readonly [scenario: string, seed: number, showed: string])[] = [
  ['approvals', 5215, 'recovery left a row that said of a waiting run that it goes on'],
  ['approvals', 7641, 'the same, after another crash'],
  [
    'approvals',
    135_327,
    'the sequential model took the time at which a commit was stored for that of its second decision',
  ],
  [
    'senders',
    147_542,
    'a command was let go of before its dead letter was sent, by a worker that had been paused',
  ],
  ['patient', 166_610, 'a renewal that the store kept for ten seconds was taken for one that was never made'],
];

for (const [name, seed, showed] of found)
  it(`${name}, seed ${seed}: ${showed}`, async () => {
    const scenario = scenarios.find((each) => each.name === name);
    assert.ok(scenario);
    const result = await hunt(scenario, { from: seed, schedules: 1 });
    assert.equal(result.schedules, 1);
    assert.equal(result.found?.violation, undefined);
  });

const generated: readonly (readonly [seed: number, showed: string])[] = [
  [8300, 'the timer and a host that is asked again have two words for one deadline'],
  [23445, 'the sequential model did not know that chance had left no time for another attempt'],
  [37675, 'the same, among ten steps at once'],
  [39573, 'the same, in the second of two runs'],
  [41623, 'the same, where the run fails of it'],
  [106_914, 'who was the first to see that nobody answered decided whether the step was tried again'],
  [148_311, 'the same, with another end'],
];

for (const [seed, showed] of generated)
  it(`generated definition ${seed}: ${showed}`, async () => {
    const result = await huntGenerated({ from: seed, schedules: 1 });
    assert.equal(result.found?.violation, undefined);
  });
