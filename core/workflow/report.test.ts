import assert from 'node:assert/strict';
import { it } from 'node:test';
import { didYouMean, newReport } from './report.ts';

it('a report takes two hundred problems, and no more', () => {
  const report = newReport();
  const add = (count: number): number => {
    for (let n = 0; n < count; n += 1)
      report.add(
        'WF_TYPE',
        { at: { line: 1, column: 1 }, path: '' },
        `message ${report.problems.length + 1}`,
      );
    return report.problems.length;
  };
  assert.deepEqual([add(199), add(1), add(1), add(100)], [199, 200, 200, 200]);
  assert.equal(report.problems.at(-1)?.message, 'message 200');
});

it('a hint says which name is meant, else what else to do, else nothing at all', () => {
  assert.deepEqual(didYouMean('retry', 'remove it'), { hint: "did you mean 'retry'?" });
  assert.deepEqual(didYouMean(undefined, 'remove it'), { hint: 'remove it' });
  assert.deepEqual(didYouMean(undefined), {});
});
