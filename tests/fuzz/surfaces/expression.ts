/** Texts → expressions and templates, read and run over hostile values. What they give is JSON, and stays data. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Json } from '#core/json.ts';
import { evaluate, evaluateCondition, parseCondition, parseExpression } from '#core/workflow/expression.ts';
import { makeScope } from '#core/workflow/scope.ts';
import { parseTemplate, renderTemplate } from '#core/workflow/template.ts';
import { damaged, hostileJson, hostileText } from '../arbitrary-hostile.ts';
import { accepted, refused, type Fed, type Surface } from '../surface.ts';

interface Input {
  readonly kind: 'expression' | 'template';
  readonly source: string;
  readonly value: unknown;
}

const variables = { inputs: new Set(['a', 'b', 'list']), steps: new Set(['s']) };
const corpus = ['inputs.a + 1', 'size(inputs.list) > 2 && inputs.list.exists(x, x == inputs.b)', 'steps.s.output.k[0].name.startsWith("a") ? 1 : "b"', 'inputs.list.map(x, x * 2).filter(y, y > 1)', '{"a": inputs.a, "b": [1, 2.5, null]}', 'has(steps.s.output.k) || steps.s.status == "failed"', 'timestamp("2020-01-01T00:00:00Z") + duration("1h")', 'string(inputs.a) + inputs.b', 'inputs.list.all(x, inputs.list.all(y, x == y))', '-inputs.a % 0', 'inputs.b.matches("^(a+)+$")', 'inputs["a"]', 'run.startedAt']; // prettier-ignore
const tokens = ['inputs', 'steps', 's', '.', 'output', 'a', 'b', 'list', '(', ')', '[', ']', '{', '}', ',', ':', '?', '==', '!=', '<', '+', '-', '*', '/', '%', '&&', '||', '!', ' in ', '1', '0', '9223372036854775807', '1.5', '1u', '"x"', 'r"\\', "b'x'", 'null', 'true', 'size', 'has', 'map', 'filter', 'all', 'exists', 'matches', 'string', 'int', 'duration', 'timestamp', 'type', 'dyn', 'x', ' ']; // prettier-ignore

const source = fc.oneof(
  { weight: 5, arbitrary: damaged(corpus) },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...tokens), { maxLength: 25 }).map((list) => list.join('')) },
  { weight: 1, arbitrary: hostileText },
); // prettier-ignore
const template = fc
  .array(fc.oneof(source.map((text) => `\${{ ${text} }}`), hostileText), { maxLength: 3 })
  .map((list) => list.join('')); // prettier-ignore
const inputs = fc.oneof(
  fc.record({ kind: fc.constant('expression' as const), source, value: hostileJson }),
  fc.record({ kind: fc.constant('template' as const), source: template, value: hostileJson }),
);

function feed({ kind, source: text, value }: Input): Fed {
  const json = value as Json;
  const scope = makeScope({
    inputs: { value: { a: json, b: 'text', list: [json, 1, 'a'] } },
    step: (id) => (id === 's' ? { output: { value: json }, status: 'completed', error: null, attempts: 1 } : undefined),
    run: { id: 'r', startedAt: 0 },
    blobs: new Map(),
  }); // prettier-ignore
  return kind === 'expression' ? feedExpression(text, scope) : feedTemplate(text, scope);
}

type Scope = ReturnType<typeof makeScope>;
type Evaluated = ReturnType<typeof evaluate> | ReturnType<typeof renderTemplate>;

function feedExpression(text: string, scope: Scope): Fed {
  const condition = parseCondition(text, variables);
  if (condition.ok) judge(evaluateCondition(condition.value, scope));
  const parsed = parseExpression(text, variables);
  if (!parsed.ok) {
    assert.ok(
      parsed.problem.offset >= 0 && parsed.problem.offset <= text.length,
      'the caret stands in the text',
    );
    return refused([{ ...parsed.problem }]);
  }
  return judge(evaluate(parsed.value, scope));
}

function feedTemplate(text: string, scope: Scope): Fed {
  const { template: parsed, problems } = parseTemplate({ text }, variables);
  return problems.length > 0 ? refused(problems.map((problem) => ({ ...problem }))) : judge(renderTemplate(parsed, scope));
} // prettier-ignore

function judge(result: Evaluated): Fed {
  if (result.ok) {
    assert.notEqual(JSON.stringify(result.value), undefined, 'what an expression gives is JSON');
    return accepted;
  }
  assert.ok('problem' in result, 'nothing here is a claim check');
  const { code, message } = result.problem;
  return refused([{ code, message }]);
}

export const expressions: Surface<Input> = { name: 'expressions', share: 80, inputs, feed };
