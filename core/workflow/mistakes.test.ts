/**
 * What people are told about their mistakes in a workflow file, word for word. `fixtures/mistakes.txt` is meant to be
 * read: each file with one mistake in it, and what Baton says. A changed text shows there, where it can be judged.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseWorkflow } from './parse.ts';
import { renderProblems } from './problem.ts';

const place = new URL('./fixtures/mistakes.txt', import.meta.url);
const agents = new Map([
  ['research', { version: '1.4.0' }],
  ['x', { version: '1.0.0' }],
]);
const mistakes = readFileSync(place, 'utf8')
  .split(/^######## /m)
  .slice(1)
  .map((section) => {
    const [, title = '', text = '', told = ''] = /^(.*)\n([^]*?)-------- gives\n([^]*)$/.exec(section) ?? [];
    return { title, text, told: told.trimEnd() };
  });

describe('a mistake in a workflow file', () => {
  it('of more than ninety kinds has its answer', () => {
    assert.ok(mistakes.length > 90, `${mistakes.length}`);
    assert.equal(new Set(mistakes.map(({ title }) => title)).size, mistakes.length);
  });

  for (const { title, text, told } of mistakes) {
    it(title, () => {
      const file = 'shop.yaml';
      const parsed = parseWorkflow(text, { file, agents });
      assert.ok(!parsed.ok);
      const now = renderProblems(parsed.problems, { file, text }).replace(/ +$/gm, '');
      assert.equal(now, told, 'if this change is meant, correct core/workflow/fixtures/mistakes.txt');
    });
  }
});
