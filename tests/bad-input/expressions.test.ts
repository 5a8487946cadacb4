/** Letter X: what a bad expression gets, when it is read and when it runs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate, evaluateCondition, parseCondition, parseExpression } from '#core/workflow/expression.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { makeScope } from '#core/workflow/scope.ts';
import { parseTemplate, renderTemplate } from '#core/workflow/template.ts';

const variables = {
  inputs: new Set(['a', 'text', 'list', 'map', 'hostile']),
  steps: new Set(['x', 'research']),
};
const scope = makeScope({
  inputs: {
    value: {
      a: 3,
      text: 'hello',
      list: Array.from({ length: 1000 }, (_, index) => index),
      map: { k: 1 },
      hostile: '${{ run.id }} ${x} {{y}}',
    },
  },
  step: (id) =>
    id === 'x'
      ? { output: { value: { kind: 'k' } }, status: 'completed', error: null, attempts: 1 }
      : undefined,
  run: { id: 'r1', startedAt: 0 },
  blobs: new Map(),
});

/** Refused when read: code, and the offset where the caret goes. */
const refused: readonly (readonly [
  id: string,
  source: string,
  code: string,
  offset?: number,
  says?: RegExp,
])[] = [
  ['X01', 'a.', 'EXPR_SYNTAX', 2],
  ['X01', '(1 + 2', 'EXPR_SYNTAX', 6],
  ['X01', '', 'EXPR_SYNTAX'],
  ['X01', 'inputs.a == "x', 'EXPR_SYNTAX'],
  ['X02', 'inptus.a', 'EXPR_UNKNOWN_NAME', 0, /did you mean 'inputs'/],
  ['X02', 'inputs.txet', 'EXPR_UNKNOWN_NAME', 7, /did you mean 'text'/],
  ['X02', 'steps.reserch.output', 'EXPR_UNKNOWN_NAME', 6, /did you mean 'research'/],
  ['X02', 'steps["reserch"].output', 'EXPR_UNKNOWN_NAME', 6, /did you mean 'research'/],
  ['X02', 'steps.x.outptu', 'EXPR_UNKNOWN_NAME', 8, /did you mean 'output'/],
  ['X02', 'run.idd', 'EXPR_UNKNOWN_NAME', 4],
  ['X02', 'steps', 'EXPR_UNKNOWN_NAME', 0],
  ['X02', 'steps[inputs.text].output', 'EXPR_UNKNOWN_NAME', 0],
  ['X02', 'siez(inputs.list)', 'EXPR_UNKNOWN_NAME', 0, /did you mean 'size'/],
  ['X02', 'inputs.text.startWith("h")', 'EXPR_UNKNOWN_NAME', 12, /did you mean 'startsWith'/],
  ['X02', 'inputs.list.map(v, w)', 'EXPR_UNKNOWN_NAME', 19],
  ['X03', 'constructor', 'EXPR_FORBIDDEN_NAME', 0],
  ['X03', '__proto__', 'EXPR_FORBIDDEN_NAME'],
  ['X03', 'inputs.a.constructor', 'EXPR_FORBIDDEN_NAME', 9],
  ['X03', 'inputs["prototype"]', 'EXPR_FORBIDDEN_NAME', 7],
  ['X03', 'inputs.list.map(v, v.__proto__)', 'EXPR_FORBIDDEN_NAME'],
  ['X03', '{"a": 1}["constructor"]', 'EXPR_FORBIDDEN_NAME'],
  ['X04', '"a" < 1', 'EXPR_EVAL', 0, /string < int/],
  ['X06', '('.repeat(5000), 'EXPR_TOO_COMPLEX'],
  ['X06', '('.repeat(1000) + '1' + ')'.repeat(1000), 'EXPR_TOO_COMPLEX'],
  ['X06', '!'.repeat(4000) + 'true', 'EXPR_TOO_COMPLEX'],
  ['X06', '1 + '.repeat(1000) + '1', 'EXPR_TOO_COMPLEX'],
  ['X06', `"${'x'.repeat(100_000)}"`, 'EXPR_TOO_COMPLEX'],
  [
    'X07',
    'inputs.list.map(a, inputs.list.map(b, inputs.list.map(c, inputs.list.map(d, 1))))',
    'EXPR_TOO_COMPLEX',
  ],
  ['X08', 'inputs.text.matches("^(a+)+$")', 'EXPR_REGEX_UNSAFE', 12],
  ['X08', 'matches(inputs.text, "^(a+)+$")', 'EXPR_REGEX_UNSAFE', 0],
  ['X11', 'env.HOME', 'EXPR_FORBIDDEN_NAME', 0],
  ['X11', 'secrets.OPENAI_API_KEY', 'EXPR_FORBIDDEN_NAME', 0, /secretRef/],
  ['X11', 'tenant.other', 'EXPR_FORBIDDEN_NAME', 0],
  ['X11', 'process.env', 'EXPR_FORBIDDEN_NAME', 0],
];

/** Read, but refused when run. */
const failing: readonly (readonly [id: string, source: string, code: string, says?: RegExp])[] = [
  ['X04', '1/0', 'EXPR_EVAL', /division by zero/],
  ['X04', 'inputs.a / 0', 'EXPR_EVAL', /division by zero/],
  ['X04', 'inputs.a % 0', 'EXPR_EVAL', /division by zero/],
  ['X04', '9223372036854775807 + 1', 'EXPR_EVAL', /overflow/],
  ['X04', 'inputs.text < 1', 'EXPR_EVAL', /string < int/],
  ['X04', 'inputs.text + inputs.a', 'EXPR_EVAL', /string \+ double/],
  ['X07', 'inputs.list.map(a, inputs.list.map(b, a * b))', 'EXPR_COST', /200000/],
  ['X07', 'inputs.list.all(a, inputs.list.all(b, inputs.list.all(c, c >= 0)))', 'EXPR_COST'],
  ['X07', 'inputs.list.all(a, inputs.list.all(b, b >= 0)) || true', 'EXPR_COST'],
  ['X09', 'steps.x.output.y', 'EXPR_NO_SUCH_KEY', /has: kind/],
  ['X09', 'steps.x.output.y == 1', 'EXPR_NO_SUCH_KEY', /has: kind/],
  ['X09', 'steps.research.output.y', 'EXPR_NO_SUCH_KEY', /is null/],
];

describe('bad expressions', () => {
  for (const [id, source, code, offset, says] of refused)
    it(`${id}: ${source.slice(0, 40)} is refused with ${code}`, { timeout: 10_000 }, () => {
      const result = parseExpression(source, variables);
      assert.ok(!result.ok, 'it was accepted');
      const { problem } = result;
      assert.equal(problem.code, code, problem.message);
      if (offset !== undefined) assert.equal(problem.offset, offset);
      if (says !== undefined) assert.match(`${problem.message} ${problem.hint ?? ''}`, says);
    });

  for (const [id, source, code, says] of failing)
    it(`${id}: ${source.slice(0, 60)} fails with ${code}`, { timeout: 10_000 }, () => {
      const parsed = parseExpression(source, variables);
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem.message);
      const result = evaluate(parsed.value, scope);
      assert.ok(!result.ok && 'problem' in result);
      assert.equal(result.problem.code, code, result.problem.message);
      assert.equal(result.problem.retryable, false);
      assert.doesNotMatch(result.problem.message, /\n/, 'one line, no stack');
      if (says !== undefined) assert.match(result.problem.message, says);
    });

  it('X04: a type problem in a file stands at its place, with the step in the path', () => {
    const text = 'name: a\nversion: "1.0.0"\nsteps:\n  s:\n    agent: x\n    if: "\'a\' < 1"\n';
    const result = parseWorkflow(text);
    assert.ok(!result.ok);
    assert.equal(result.problems[0]?.path, '/steps/s/if');
    assert.match(
      renderProblems(result.problems, { file: 'x.yaml', text }),
      /x\.yaml:6:10 error\[EXPR_EVAL\][^]*string < int/,
    );
  });

  it('X05: a condition that cannot be true or false is refused when read, else when it runs', () => {
    const fixed = parseCondition('size(inputs.list)', variables);
    assert.ok(!fixed.ok);
    assert.equal(fixed.problem.code, 'EXPR_TYPE');
    const open = parseCondition('inputs.text', variables);
    assert.ok(open.ok);
    const result = evaluateCondition(open.value, scope);
    assert.ok(!result.ok && 'problem' in result);
    assert.equal(result.problem.code, 'EXPR_TYPE');
    assert.match(result.problem.message, /gave a string, expected a boolean/);
  });

  it('X09: the keys that are there are named as data too', () => {
    const parsed = parseExpression('steps.x.output.y', variables);
    assert.ok(parsed.ok);
    const result = evaluate(parsed.value, scope);
    assert.ok(!result.ok && 'problem' in result);
    assert.deepEqual(result.problem.details, {
      path: ['steps', 'x', 'output', 'y'],
      missing: 'y',
      available: ['kind'],
    });
  });

  it('X10: what an expression gives is never evaluated again', () => {
    const { template, problems } = parseTemplate(
      { whole: '${{ inputs.hostile }}', part: '> ${{ inputs.hostile }}' },
      variables,
    );
    assert.deepEqual(problems, []);
    const result = renderTemplate(template, scope);
    assert.deepEqual(result, {
      ok: true,
      value: { value: { whole: '${{ run.id }} ${x} {{y}}', part: '> ${{ run.id }} ${x} {{y}}' } },
    });
  });
});
