/** `docs/explanation/the-invoker.md` shows every case of the suite, with the page of AWS it follows, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { awsPages } from './aws-pages.ts';
import { esmCases } from './esm.conformance.ts';

const file = join(import.meta.dirname, '../../docs/explanation/the-invoker.md');
const addressOf = (path: string): string => `https://docs.aws.amazon.com/lambda/latest/${path}`;

/** The rows of the table under the heading, cell by cell. */
function rowsOf(page: string, heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

test('the table of the invoker has a row for each case, in order, with its rule and its page of AWS', () => {
  const expected = esmCases.map(({ rule, name, page }) => [
    rule,
    name,
    `[${awsPages[page].title}](${addressOf(awsPages[page].path)})`,
  ]);
  const table = expected.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const rows = rowsOf(readFileSync(file, 'utf8'), 'The rules, one by one');
  assert.deepEqual(rows, expected, `the rows of docs/explanation/the-invoker.md should be:\n${table}`);
});

test('no two cases have one name, and every page of AWS is followed by one', () => {
  const names = esmCases.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.deepEqual([...new Set(esmCases.map(({ page }) => page))].sort(), Object.keys(awsPages).sort());
});
