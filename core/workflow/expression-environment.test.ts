/**
 * What expressions can use of CEL. In one test: the environment is made once for a process, and every part of it is to
 * be looked at wherever it is made.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Json, type JsonObject } from '../json.ts';
import { evaluate, parseExpression } from './expression.ts';
import { makeScope } from './scope.ts';

const variables = { inputs: new Set(['n', 'list']), steps: new Set<string>() };
const parts = {
  inputs: { value: { n: 7.5, list: [1, 'a'] } },
  step: () => undefined,
  run: { id: 'r', startedAt: 0 },
  blobs: new Map(),
};
const scope = makeScope(parts);
const told = (source: string): unknown => {
  const parsed = parseExpression(source, variables);
  if (!parsed.ok) return `${parsed.problem.code}: ${parsed.problem.message}`;
  const result = evaluate(parsed.value, scope);
  return result.ok ? result.value : assert.fail(source);
};

it('lists may be mixed, numbers too, functions are those of CEL but for cel.bind, and size is bounded', () => {
  assert.deepEqual(told('[1, "a", [true]]'), [1, 'a', [true]]);
  assert.deepEqual(told('{"a": 1, "b": "x"}'), { a: 1, b: 'x' });
  assert.equal(told('size(inputs.list) + 0'), 2);
  assert.deepEqual(told('inputs.n % 2.0 + 1.0'), 2.5);
  assert.deepEqual(told('[inputs.n * 2, 2 - inputs.n, inputs.n / 3, inputs.n % 2]'), [15, -5.5, 2.5, 1.5]);
  assert.equal(told('cel.bind(x, [1], x + x)'), "EXPR_UNKNOWN_NAME: unknown function 'bind'");
  assert.equal(told('sizr(inputs.list)'), "EXPR_UNKNOWN_NAME: unknown function 'sizr'");
  const many = (count: number): string => `[${'1, '.repeat(count - 1)}1].size()`;
  assert.equal(told(many(500)), 500);
  assert.match(
    String(told(many(501))),
    /^EXPR_TOO_COMPLEX: expression is too complex: Exceeded maxListElements/,
  );
  const map = (count: number): string =>
    `{${Array.from({ length: count }, (_, n) => `${n}: 1`).join(',')}}.size()`;
  assert.match(String(told(map(501))), /^EXPR_TOO_COMPLEX: expression is too complex: Exceeded max/);
  const sum = (parts: number): string => `0${'+1'.repeat(parts - 1)}`;
  assert.equal(told(sum(500)), 499);
  assert.match(
    String(told(sum(501))),
    /^EXPR_TOO_COMPLEX: expression is too complex: Exceeded maxAstNodes \(1000\)/,
  );
  assert.equal(told(`"${'x'.repeat(4094)}"`), 'x'.repeat(4094));
});

it('what an evaluation gives is paid for too, and no operator of CEL forgives a budget that is used up', () => {
  const codeOf = (source: string, list: Json): string => {
    const parsed = parseExpression(source, variables);
    assert.ok(parsed.ok);
    const result = evaluate(parsed.value, makeScope({ ...parts, inputs: { value: { list } } }));
    return result.ok ? 'fine' : 'problem' in result ? result.problem.code : assert.fail();
  };
  const zeros = (count: number): Json => Array.from({ length: count }, () => 0);
  assert.equal(codeOf('inputs.list.all(v, v == 0) || true', zeros(200_001)), 'EXPR_COST');
  assert.equal(codeOf('true ? inputs.list : null', zeros(100_000)), 'fine');
  assert.equal(codeOf('true ? inputs.list : null', zeros(190_000)), 'EXPR_COST');
  assert.equal(codeOf('true ? inputs.list : null', 'x'.repeat(64 * 40_000)), 'fine');
  assert.equal(codeOf('true ? inputs.list : null', 'x'.repeat(64 * 80_000)), 'EXPR_COST');
});

it('an object without a prototype is JSON as well', () => {
  const bare = Object.assign(Object.create(null) as object, { k: 1 }) as JsonObject;
  const parsed = parseExpression('[inputs.list]', variables);
  assert.ok(parsed.ok);
  const result = evaluate(parsed.value, makeScope({ ...parts, inputs: { value: { list: bare } } }));
  assert.deepEqual(result, { ok: true, value: [{ k: 1 }] });
});
