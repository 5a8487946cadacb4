/** Histories that broke a promise once, by scenario and seed (HU1): what they showed is mended, and stays so. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hunt } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';

Error.stackTraceLimit = 0; // simulated faults are errors
const found: readonly (readonly [scenario: string, seed: number, showed: string])[] = [
  ['approvals', 5215, 'recovery left a row that said of a waiting run that it goes on'],
  ['approvals', 7641, 'the same, after another crash'],
];

for (const [name, seed, showed] of found)
  it(`${name}, seed ${seed}: ${showed}`, async () => {
    const scenario = scenarios.find((each) => each.name === name);
    assert.ok(scenario);
    const result = await hunt(scenario, { from: seed, schedules: 1 });
    assert.equal(result.schedules, 1);
    assert.equal(result.found?.violation, undefined);
  });
