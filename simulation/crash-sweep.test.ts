import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brittle } from './brittle.fixture.ts';
import { sweepPairs, sweepSingles, sweepText } from './crash-sweep.ts';
import { scenarios } from './scenarios.ts';

Error.stackTraceLimit = 0;
const [chain] = scenarios;
assert.ok(chain);

describe('sweeping a crash over a history', () => {
  it('plays one before and one after every call, and each happens', async () => {
    const { played, crashed, found } = await sweepSingles(chain);
    assert.equal(found, undefined);
    assert.equal(crashed, played);
    const { played: half } = await sweepSingles(chain, { skip: 1 });
    assert.ok(half >= played / 2 - 1 && half <= played / 2 + 1, `${half} of ${played}`);
  });

  it('crashes in the middle of a cancel too, where the scenario has one', async () => {
    const { played, crashed, found } = await sweepSingles({ ...chain, cancel: true });
    assert.equal(found, undefined);
    assert.equal(crashed, played);
  });

  it('finds a promise that a crash breaks, and tells where the crash was', async () => {
    const single = await sweepSingles(brittle);
    assert.match(sweepText(single), /^crash (before|after) call \d+: C6: /);
    const pairs = await sweepPairs(brittle);
    assert.match(sweepText(pairs), /^crash (before|after) call \d+ and (before|after) call \d+: C6: /);
  });
});
