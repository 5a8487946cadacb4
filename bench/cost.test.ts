import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { costPage, countsTable, withPart } from './cost-page.ts';
import { countCosts, payloadBytes } from './cost.ts';

describe('what a run costs', () => {
  it('is counted now as the page says, and stays within the budgets', async () => {
    const costs = await countCosts();
    const page = readFileSync(costPage, 'utf8');
    const fresh = withPart(page, 'counts', countsTable(costs));
    assert.equal(page, fresh, 'run npm run bench -- cost --write-docs');
    assert.match(page, new RegExp(`\\b${payloadBytes} bytes`), 'the page says what the steps hand on');

    for (const { perStep } of [costs.once, costs.repeat]) {
      assert.equal(perStep.records, 2);
      assert.equal(perStep.commits, 1);
      assert.equal(perStep.rows + perStep.reads, 0, 'mid-run the store is not read, and the row not written');
    }
    assert.equal(costs.once.perStep.results, 1);
    assert.equal(costs.repeat.perStep.results + costs.repeat.perStep.claims, 0);
    const { perRun, perStep } = costs.once;
    assert.ok(perRun.flushes + 3 * perStep.flushes <= 8, 'a run of three steps flushes at most 8 times');
  });

  it('has its place on the page, and a part without one is an error', () => {
    const page = 'a\n<!-- bench counts -->\n\nold\n\n<!-- end -->\nb\n';
    assert.equal(
      withPart(page, 'counts', 'new $1\n'),
      'a\n<!-- bench counts -->\n\nnew $1\n\n<!-- end -->\nb\n',
    );
    assert.throws(
      () => withPart(page, 'memory', 'x'),
      /got the part 'memory', expected <!-- bench memory -->/,
    );
  });
});
