/** Letter W: what a bad workflow file gets. Each: the code, its place, no value of a secret, no stack, and quickly. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { badWorkflows, head, knownAgents } from './bad-workflows.ts';
import { assertClean, assertTold } from './error-contract.ts';

describe('bad workflow files', () => {
  for (const row of badWorkflows)
    it(`${row.id}: ${row.what} gives ${row.code}`, { timeout: 10_000 }, () => {
      const result = parseWorkflow(row.text, {
        agents: knownAgents,
        ...(row.file === undefined ? {} : { file: row.file }),
      });
      assert.ok(!result.ok, 'it was accepted');
      const problem = result.problems.find((one) => one.code === row.code);
      assert.ok(problem, `gave ${result.problems.map((one) => `${one.code} ${one.message}`).join('; ')}`);
      if (row.at !== undefined) assert.equal(`${problem.at.line}:${problem.at.column}`, row.at);
      const text = typeof row.text === 'string' ? row.text : '';
      const printed = renderProblems(result.problems, { file: 'workflows/x.yaml', text });
      assert.match(printed, new RegExp(`error\\[${row.code}\\]`));
      if (row.says !== undefined) assert.match(printed, row.says);
      assertClean(printed);
      assertTold(problem, row.code);
      for (const part of ['expected', 'hint'] as const)
        assert.ok((problem[part] ?? '') !== '', `${row.code} has no ${part}: ${problem.message}`);
      for (const line of printed.split('\n')) assert.ok(line.length < 400, 'a line too long to read');
    });

  it('prints twenty problems at most and says how many more there are', () => {
    const text =
      head + 'steps:\n' + Array.from({ length: 30 }, (_, n) => `  s${n}: { agent: x, nope: 1 }\n`).join('');
    const result = parseWorkflow(text);
    assert.ok(!result.ok);
    assert.equal(result.problems.length, 30);
    const printed = renderProblems(result.problems, { file: 'x.yaml', text });
    assert.equal(printed.match(/error\[/g)?.length, 20);
    assert.match(printed, /10 more/);
  });
});
