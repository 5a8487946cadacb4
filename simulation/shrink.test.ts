import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { brittle } from './brittle.fixture.ts';
import { replayedChoices } from './choices.ts';
import { type FaultKind } from './faults.ts';
import { type Found, hunt, judgeOf } from './hunt.ts';
import { runSchedule } from './schedule.ts';
import { shrink, type Shrunk } from './shrink.ts';

const faults: readonly FaultKind[] = ['callFails', 'ackLost', 'crashBefore', 'crashAfter', 'freeze'];
const oddOnes = (choices: readonly number[]): number => choices.filter((choice) => choice !== 0).length;

describe('shrinking a schedule that breaks a promise', () => {
  let found: Found;
  let shrunk: Shrunk;
  before(async () => {
    const result = await hunt(brittle, { from: 1, schedules: 500, faults });
    assert.ok(result.found, 'the brittle workflow breaks within 500 schedules');
    found = result.found;
    shrunk = await shrink(brittle, found, { faults });
  });

  const violationOf = async (choices: readonly number[]): Promise<string | undefined> => {
    const judge = await judgeOf(brittle);
    return judge(await runSchedule({ ...brittle, faults }, replayedChoices(choices)));
  };

  it('gives back a shorter list with fewer choices that are not the ordinary one', () => {
    assert.ok(shrunk.choices.length < found.choices.length, `${shrunk.choices.length} choices`);
    assert.ok(oddOnes(shrunk.choices) < oddOnes(found.choices) / 2, `${oddOnes(shrunk.choices)} odd ones`);
    assert.notEqual(shrunk.choices.at(-1), 0, 'zeros at the end are left out');
  });

  it('gives back a list that breaks the same promise when it is played again', async () => {
    assert.match(found.violation, /^C6: /);
    assert.equal(await violationOf(shrunk.choices), shrunk.violation);
    assert.match(shrunk.violation, /^C6: /);
  });

  it('leaves no choice that could be the ordinary one', async () => {
    assert.ok(shrunk.replays < 400, 'it ended by itself');
    for (const [at, choice] of shrunk.choices.entries()) {
      if (choice === 0) continue;
      const without = shrunk.choices.with(at, 0);
      assert.equal(await violationOf(without), undefined, `choice ${at} is needed`);
    }
  });

  it('plays no more schedules than it may, and then gives back the best so far', async () => {
    const little = await shrink(brittle, found, { faults, replays: 5 });
    assert.equal(little.replays, 5);
    assert.match((await violationOf(little.choices)) ?? '', /^C6: /);
  });
});
