import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newReport } from './report.ts';
import { placedText } from './source-places.ts';
import { checkTokens } from './source-tokens.ts';

test('a file of more signs than any workflow needs is refused at the first that is too many', () => {
  const most = 400_000;
  const breaks = function* (count: number): Generator<string> {
    for (let n = 0; n < count; n += 1) yield '\n';
  };
  const report = newReport();
  const source = placedText('\n'.repeat(most + 1));
  assert.equal(checkTokens(source, breaks(most), report)?.length, most);
  assert.deepEqual(report.problems, []);
  assert.equal(checkTokens(source, breaks(most + 1), report)?.length, undefined);
  assert.deepEqual(report.problems, [
    {
      code: 'WF_TOO_LARGE',
      severity: 'error',
      message: 'the file has more than 400000 signs, words and breaks',
      at: { line: most + 1, column: 1, endColumn: 2 },
      path: '',
      expected: 'at most 400000',
      hint: 'split the workflow, or pass large data as input',
    },
  ]);
});
