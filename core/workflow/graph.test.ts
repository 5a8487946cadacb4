import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Definition } from './definition.ts';
import { agentSteps, graphOf, mermaid, planText } from './graph.ts';
import { parseDefinition, parseWorkflow } from './parse.ts';
import { validateInput } from './validate-input.ts';

const text = `
name: shop
version: "1.0.0"
inputs:
  idea: { type: string, minLength: 1 }
  count: { type: integer, default: 3 }
steps:
  last: { agent: x, needs: [mid, end], with: { v: "\${{ steps.first.output }}" } }
  end: { agent: x }
  mid: { agent: 'x@^1', if: 'steps.first.output.a < "b"', timeout: 90s, join: any, retry: 2 }
  first: { agent: x, continueOnError: true }
`;

function definition(): Definition {
  const result = parseWorkflow(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

describe('graphOf', () => {
  it('orders by needs, and among equals by the file', () => {
    const graph = graphOf(definition());
    assert.deepEqual(graph.order, ['end', 'first', 'mid', 'last']);
    assert.deepEqual(graph.roots, ['end', 'first']);
    assert.deepEqual(graph.dependents.get('first'), ['last', 'mid']);
    assert.deepEqual(graph.dependents.get('last'), []);
    assert.deepEqual(
      agentSteps(definition())
        .map(({ id, agent }) => [id, agent.range])
        .filter(([, range]) => range !== undefined),
      [['mid', '^1']],
    );
  });

  it('is computed once for a definition', () => {
    const one = definition();
    assert.equal(graphOf(one), graphOf(one));
  });

  it('every step comes after all it needs, in any graph without circles', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 20), { minLength: 1, maxLength: 20 }), (masks) => {
        const steps = masks.map((mask, at) => {
          const needs = masks
            .map((_, other) => `s${other}`)
            .filter((_, other) => other < at && (mask & (1 << other)) !== 0);
          return [`s${at}`, { agent: 'x', needs }] as const;
        });
        const result = parseDefinition({
          name: 'a',
          version: '1.0.0',
          steps: Object.fromEntries(steps.reverse()),
        });
        assert.ok(result.ok, JSON.stringify(result));
        const { order, index } = graphOf(result.value);
        assert.equal(order.length, masks.length);
        for (const [id, step] of index)
          for (const need of step.needs) assert.ok(order.indexOf(need) < order.indexOf(id));
      }),
    );
  });
});

describe('drawings', () => {
  it('mermaid: full arrows for needs, dotted ones for what expressions imply', () => {
    assert.equal(
      mermaid(definition()),
      [
        'flowchart TD',
        '  s_last["last<br/>x"]',
        '  s_end["end<br/>x"]',
        '  s_mid["mid<br/>x@^1<br/>if steps.first.output.a &lt; &quot;b&quot;"]',
        '  s_first["first<br/>x"]',
        '  s_end --> s_last',
        '  s_mid --> s_last',
        '  s_first -.-> s_last',
        '  s_first -.-> s_mid',
        '',
      ].join('\n'),
    );
  });

  it('the plan shows levels, where each need comes from, and limits', () => {
    const plan = planText(definition());
    assert.match(
      plan,
      /^shop 1\.0\.0\n\n1\. at once\n {3}end {2}agent x\n {3}first {2}agent x\n {6}continues on error\n\n2\.\n {3}mid/,
    );
    assert.match(plan, /needs end \(explicit\), mid \(explicit\), first \(inferred\)/);
    assert.match(plan, /join at least 1/);
    assert.match(plan, /timeout 90s, up to 2 attempts/);
  });
});

describe('validateInput', () => {
  it('fills in defaults', () => {
    assert.deepEqual(validateInput(definition(), { idea: 'x' }), {
      ok: true,
      value: { idea: 'x', count: 3 },
    });
    assert.deepEqual(validateInput(definition(), { idea: 'x', count: 4 }), {
      ok: true,
      value: { count: 4, idea: 'x' },
    });
  });

  it('gives every problem at once, as data and in words', () => {
    const result = validateInput(definition(), { idae: 'x', count: 1.5 });
    assert.ok(!result.ok);
    assert.equal(result.problem.code, 'INPUT_INVALID');
    assert.equal(result.problem.retryable, false);
    assert.match(result.problem.message, /\/count: expected integer, got 1\.5/);
    const details = JSON.stringify(result.problem.details);
    for (const part of ['"/idea"', '"/count"', '"/idae"', "did you mean 'idea'?"])
      assert.ok(details.includes(part), part);
  });

  it('anything but an object is refused', () => {
    for (const input of [null, 'x', [], 3]) {
      const result = validateInput(definition(), input);
      assert.ok(!result.ok);
      assert.equal(result.problem.code, 'INPUT_INVALID');
    }
  });
});
