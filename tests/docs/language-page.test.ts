/** docs/reference/workflow-language.md, held against the parser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { knownAgents } from '#cli/known-agents.ts';
import { approvalWords, joinWords, retryWords, stepWords, workflowWords } from '#core/workflow/language.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { renderProblems } from '#core/workflow/problem.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/workflow-language.md'), 'utf8');
const agents = await knownAgents();
const planned = page.slice(page.indexOf('## Planned'));

test('every example of the language is a workflow without a problem', () => {
  const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  assert.ok(examples.length >= 5, `examples were found: ${examples.length}`);
  for (const text of examples) {
    const parsed = parseWorkflow(Buffer.from(text), { file: 'example.yaml', agents });
    assert.ok(parsed.ok, parsed.ok ? '' : renderProblems(parsed.problems, { file: 'example.yaml', text }));
  }
});

test('every word the parser takes has its row, as the parser describes it, and every other is named as planned', () => {
  const words = [workflowWords, stepWords, approvalWords, retryWords, joinWords].flatMap((table) =>
    Object.entries(table),
  );
  for (const [name, { about, schema, required }] of words) {
    if (schema === undefined) assert.ok(planned.includes(`\`${name}\``), `${name} is planned`);
    else
      assert.ok(page.includes(`| \`${name}\` | ${about} | ${required ? 'yes' : ''} |`), `${name}: ${about}`);
  }
  const known = new Set(words.map(([name]) => name));
  const rows = [...page.matchAll(/^\| `([A-Za-z]+)` \| .* \| (?:yes)? ?\|$/gm)].map(
    (match) => match[1] ?? '',
  );
  assert.deepEqual(
    rows.filter((name) => !known.has(name)),
    [],
  );
});
