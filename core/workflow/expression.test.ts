import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Json } from '../json.ts';
import { type Payload } from '../payload.ts';
import { evaluate, evaluateCondition, parseExpression } from './expression.ts';
import { expressionBudget } from './expression-cost.ts';
import { makeScope, type Scope } from './scope.ts';

const variables = { inputs: new Set(['a', 'b', 'list', 'map', 'big']), steps: new Set(['s', 't']) };

const scopeWith = (
  inputs: Payload,
  output: Payload = { value: null },
  blobs = new Map<string, Json>(),
): Scope =>
  makeScope({
    inputs,
    step: (id) => (id === 's' ? { output, status: 'completed', error: null, attempts: 2 } : undefined),
    run: { id: 'r1', startedAt: 1000 },
    blobs,
  });

const expressionOf = (source: string) => {
  const parsed = parseExpression(source, variables);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem.message);
  return parsed.value;
};
const valueOf = (source: string, scope: Scope): Json => {
  const result = evaluate(expressionOf(source), scope);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
};

describe('evaluate', () => {
  const scope = scopeWith({
    value: { a: 7, b: 'x', list: [1, 2, 3], map: { k: 1, 'odd key': 2 }, big: null },
  });
  const cases: readonly (readonly [source: string, value: Json])[] = [
    ['inputs.a', 7],
    ['inputs["map"]["odd key"]', 2],
    ['inputs.list[1]', 2],
    ['inputs.a + 1', 8],
    ['1 + inputs.a * 2.5', 18.5],
    ['inputs.a / 2', 3.5],
    ['7 / 2', 3],
    ['inputs.a % 2 == 1', true],
    ['inputs.a > 6 && 8 > inputs.a', true],
    ['inputs.a == 7 && 7 == inputs.a && inputs.a != 8', true],
    ['inputs.a in [6, 7]', true],
    ['3 in inputs.list', true],
    ['inputs.list[inputs.a - 6]', 2],
    ['inputs.list == [1, 2, 3]', true],
    ['inputs.list.map(v, v * 2)', [2, 4, 6]],
    ['inputs.list.filter(v, v > 1)', [2, 3]],
    ['inputs.list.exists(v, v == 2) && !inputs.list.all(v, v == 2)', true],
    ['size(inputs.list) + size(inputs.b)', 4],
    ['"k" in inputs.map', true],
    ['has(inputs.map.k) && !has(inputs.map.z)', true],
    ['inputs.b + "-" + string(inputs.a)', 'x-7'],
    ['{"n": inputs.a, "l": [1, "two", null]}', { n: 7, l: [1, 'two', null] }],
    ['inputs.a > 5 ? "many" : "few"', 'many'],
    ['steps.s.status + ":" + string(steps.s.attempts)', 'completed:2'],
    ['steps.t.status', 'waiting'],
    ['steps.t.output == null', true],
    ['run.id', 'r1'],
    ['timestamp("2020-01-01T00:00:00Z") + duration("1h")', '2020-01-01T01:00:00.000Z'],
  ];
  for (const [source, value] of cases)
    it(`${source} gives ${JSON.stringify(value)}`, () => assert.deepEqual(valueOf(source, scope), value));

  it('reads are the static paths, each once, through literal keys', () => {
    const { reads } = expressionOf(
      'steps["s"].output.x + steps.s.output.x + inputs.list[0] + inputs.map[inputs.b].c',
    );
    assert.deepEqual(reads, [
      ['steps', 's', 'output', 'x'],
      ['inputs', 'list', '0'],
      ['inputs', 'map'],
      ['inputs', 'b'],
    ]);
  });

  it('a loop variable hides a variable of the same name and is not a read', () => {
    const expression = expressionOf('inputs.list.map(steps, steps + 1)');
    assert.deepEqual(expression.reads, [['inputs', 'list']]);
    assert.deepEqual(valueOf('inputs.list.map(steps, steps + 1)', scope), [2, 3, 4]);
  });

  it('own properties only: what every object inherits is not there', () => {
    const result = evaluate(expressionOf('inputs.map.toString'), scope);
    assert.ok(!result.ok && 'problem' in result);
    assert.equal(result.problem.code, 'EXPR_NO_SUCH_KEY');
    assert.equal(valueOf('"toString" in inputs.map || has(inputs.map.valueOf)', scope), false);
  });

  it('a step named like what every object inherits has its own branch, and leaves nothing behind', () => {
    const steps = new Set(['toString']);
    const parsed = parseExpression('steps.toString.output.x', { inputs: new Set(), steps });
    assert.ok(parsed.ok);
    const view = { output: { value: { x: 7 } }, status: 'completed', error: null, attempts: 1 };
    const seen = makeScope({
      inputs: { value: {} },
      step: () => view,
      run: { id: 'r', startedAt: 0 },
      blobs: new Map(),
    });
    assert.deepEqual(evaluate(parsed.value, seen), { ok: true, value: 7 });
    const shared: unknown = Reflect.get(Object.prototype, 'toString');
    assert.deepEqual(Object.keys(shared as object), [], 'the function of every object is as it was');
  });

  it('the meter reaches into every loop: twice the list, at least twice the cost', () => {
    // A change of the CEL library that bypasses the meter would let this through.
    const long = scopeWith({ value: { list: Array.from({ length: expressionBudget }, () => 0) } });
    for (const source of [
      'inputs.list.map(v, v)',
      'inputs.list.filter(v, v > 0)',
      'inputs.list.all(v, v == 0)',
    ]) {
      const result = evaluate(expressionOf(source), long);
      assert.ok(!result.ok && 'problem' in result, source);
      assert.equal(result.problem.code, 'EXPR_COST');
    }
  });

  it('text and lists that double cannot grow without bound', () => {
    const bomb = (part: string): string =>
      `[${part}].map(a, ${Array(40).fill('a').join(' + ')}).map(b, ${Array(40).fill('b').join(' + ')}).map(c, ${Array(400).fill('c').join(' + ')})`;
    for (const part of ['inputs.b', 'inputs.list']) {
      const result = evaluate(
        expressionOf(bomb(part)),
        scopeWith({ value: { b: 'x'.repeat(500), list: [1, 2, 3, 4] } }),
      );
      assert.ok(!result.ok && 'problem' in result, part);
      assert.equal(result.problem.code, 'EXPR_COST');
    }
  });

  it('the budget is whole again for the next evaluation', () => {
    const source = 'inputs.list.all(v, v >= 0)';
    const list = scopeWith({ value: { list: Array.from({ length: 30_000 }, () => 0) } });
    for (let round = 0; round < 5; round += 1) assert.equal(valueOf(source, list), true);
  });
});

describe('claim checks in expressions', () => {
  const ref = { digest: 'sha256:1', bytes: 20_000 };
  const inputs: Payload = { value: { a: 1, big: { part: null } }, refs: [{ at: '/big/part', ref }] };

  it('are asked for only where they are looked at', () => {
    assert.equal(valueOf('inputs.a == 1', scopeWith(inputs)), true);
    for (const source of [
      'inputs.big.part.x',
      'inputs.big.part.x == 2',
      'size(inputs.big)',
      'inputs',
      'inputs.big.part',
      'inputs.big.part == 2',
      'inputs.a == 1 && inputs.big.part.x == 2',
    ])
      assert.deepEqual(
        evaluate(expressionOf(source), scopeWith(inputs)),
        { ok: false, needs: [ref] },
        source,
      );
  });

  it('are replaced by what was loaded', () => {
    const scope = scopeWith(inputs, { value: null }, new Map([[ref.digest, { x: 2 }]]));
    assert.equal(valueOf('inputs.big.part.x', scope), 2);
    assert.equal(valueOf('inputs.big.part.x == 2', scope), true);
    assert.deepEqual(valueOf('inputs.big', scope), { part: { x: 2 } });
  });

  it('a condition asks for them too', () => {
    const output: Payload = { value: null, refs: [{ at: '', ref }] };
    const result = evaluateCondition(expressionOf('steps.s.output.ok'), scopeWith({ value: {} }, output));
    assert.deepEqual(result, { ok: false, needs: [ref] });
  });

  it('data that looks like a reference stays data', () => {
    const lookalike = { digest: 'sha256:1', bytes: 3 };
    assert.deepEqual(valueOf('inputs.a', scopeWith({ value: { a: lookalike } })), lookalike);
  });
});

describe('properties', () => {
  const fragments = ['inputs', 'steps', 'run', '.a', '.s.output', '["b"]', '(', ')', '[', ']', '+', '==', ' in ', '1', '"x"', '.map(v, ', 'v', '?', ':', '{', '}', ',', '!', '-', '&&', 'has(', '.size()', '\\', '\u0000', '🚀', '__proto__', '0x', '1u', 'b"x"', "r'\\d'"]; // prettier-ignore

  it('no text makes reading or evaluating throw', () => {
    const source = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.constantFrom(...fragments), { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(source, fc.jsonValue(), (text, value) => {
        const parsed = parseExpression(text, variables);
        if (!parsed.ok) return parsed.problem.code.startsWith('EXPR_') && parsed.problem.offset >= 0;
        const result = evaluate(parsed.value, scopeWith({ value: { a: value as Json, b: 'x' } }));
        return result.ok || 'problem' in result;
      }),
      { numRuns: 2000 },
    );
  });

  it('a path gives the very value that stands there, through CEL or not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const scope = scopeWith({ value: { a: value as Json } });
        assert.deepEqual(valueOf('inputs.a', scope), value);
        const through = evaluate(expressionOf('true ? inputs.a : null'), scope);
        assert.ok(through.ok);
        assert.equal(JSON.stringify(through.value), JSON.stringify(value));
      }),
    );
  });

  it('arithmetic on inputs is that of JSON numbers, whichever side a literal stands on', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (a, n) => {
        const scope = scopeWith({ value: { a } });
        assert.equal(valueOf(`inputs.a + ${n}`, scope), a + n);
        assert.equal(valueOf(`${n} - inputs.a`, scope), n - a);
        assert.equal(valueOf(`inputs.a / ${n}`, scope), a / n);
        assert.equal(valueOf(`inputs.a < ${n}`, scope), a < n);
        assert.equal(valueOf(`inputs.a == ${a < 0 ? `(${a})` : a}`, scope), true);
      }),
    );
  });
});
