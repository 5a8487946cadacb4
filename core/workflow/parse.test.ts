import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type AgentStep, type Definition } from './definition.ts';
import { agentSteps } from './graph.ts';
import { parseDefinition, parseWorkflow } from './parse.ts';
import { type Problem, renderProblem } from './problem.ts';

const example = readFileSync(new URL('../../workflows/design-and-provision.yaml', import.meta.url), 'utf8');
const head = 'name: shop\nversion: "1.0.0"\n';

function definitionOf(text: string): Definition {
  const result = parseWorkflow(text);
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problems));
  return result.value;
}
function problemsOf(text: string, file?: string): readonly Problem[] {
  const result = parseWorkflow(text, file === undefined ? {} : { file });
  assert.ok(!result.ok, 'it was accepted');
  return result.problems;
}
const stepOf = (step: string, more = ''): AgentStep => {
  const definition = definitionOf(`${head}inputs: { n: number }\nsteps:\n  a: ${step}\n${more}`);
  const found = agentSteps(definition).find(({ id }) => id === 'a');
  assert.ok(found);
  return found;
};

describe('parseWorkflow', () => {
  it('reads the example: needs follow from expressions, in the order of the file', () => {
    const definition = definitionOf(example);
    assert.equal(definition.name, 'design-and-provision');
    assert.deepEqual(
      definition.steps.map(({ id, needs }) => [id, needs]),
      [
        ['design', []],
        ['terraform', ['design']],
        ['kafka', ['design']],
      ],
    );
    assert.deepEqual(agentSteps(definition)[0]?.retry, {
      max: 3,
      delayMs: 1000,
      backoff: 'exponential',
      factor: 2,
      maxDelayMs: 30_000,
      jitter: 'full',
    });
    assert.equal(agentSteps(definition)[0]?.timeoutMs, 120_000);
    assert.match(definition.digest, /^sha256:[0-9a-f]{64}$/);
  });

  it('the digest does not depend on comments, spacing or the order of keys', () => {
    const other = definitionOf(
      `# other\n${example.replace('name: design-and-provision\n', '')}\nname: design-and-provision\n`,
    );
    assert.equal(other.digest, definitionOf(example).digest);
  });

  it('the same workflow as JSON is the same definition', () => {
    const definition = definitionOf(example);
    const json = JSON.stringify(definition.source, null, '\t');
    assert.deepEqual(parseWorkflow(json, { file: 'x.json' }), { ok: true, value: definition });
    assert.deepEqual(parseWorkflow(new TextEncoder().encode(json)), { ok: true, value: definition });
  });

  it('a .json file is held to the syntax of JSON', () => {
    const [problem] = problemsOf('{"name": "a",}', 'x.json');
    assert.equal(problem?.code, 'WF_JSON_SYNTAX');
  });

  it('short forms: a number for retry, a type for an input, a word for join, a text for needs', () => {
    const step = stepOf('{ agent: x@^1.2, retry: 4, needs: b, join: any, if: true }', '  b: { agent: x }\n');
    assert.deepEqual(step.retry, {
      max: 4,
      delayMs: 1000,
      backoff: 'exponential',
      factor: 2,
      maxDelayMs: 30_000,
      jitter: 'full',
    });
    assert.deepEqual(step.agent, { name: 'x', range: '^1.2' });
    assert.deepEqual(step.join, { type: 'atLeast', count: 1, cancelRest: false });
    assert.deepEqual(step.needs, ['b']);
    assert.equal(step.if?.source, 'true');
  });

  it('a first delay beyond the default longest one raises it', () => {
    assert.equal(stepOf('{ agent: x, retry: { max: 2, delay: 5m } }').retry?.maxDelayMs, 300_000);
  });

  it('explicit and inferred needs are one list without repeats', () => {
    const step = stepOf(
      '{ agent: x, needs: [c, b], if: steps.b.output.ok, with: { v: "${{ steps.d.output }}" } }',
      '  b: { agent: x }\n  c: { agent: x }\n  d: { agent: x }\n',
    );
    assert.deepEqual(step.needs, ['b', 'c', 'd']);
  });

  it('a condition may stand in ${{ }} too', () => {
    assert.equal(stepOf('{ agent: x, if: "${{ inputs.n > 1 }}" }').if?.source, 'inputs.n > 1');
  });

  it('inputs: a default or required: false makes an input optional, and the word of ours is not left in the schema', () => {
    const text = `${head}inputs:\n  a: string\n  b: { type: number, default: 2 }\n  c: { type: string, required: false }\n  d: { type: object, properties: { x: {} }, required: [x] }\nsteps: { s: { agent: x } }\n`;
    assert.deepEqual(definitionOf(text).inputSchema, {
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'number', default: 2 },
        c: { type: 'string' },
        d: { type: 'object', properties: { x: {} }, required: ['x'] },
      },
      required: ['a', 'd'],
      additionalProperties: false,
    });
  });

  it('a secret by name stays a reference', () => {
    const step = stepOf('{ agent: x, with: { key: { secretRef: SHOP_KEY } } }');
    assert.deepEqual(step.with, { kind: 'literal', value: { key: { secretRef: 'SHOP_KEY' } } });
  });
});

describe('problems', () => {
  it('all come at once, sorted by place', () => {
    const problems = problemsOf(
      `name: Shop\nversion: 1\nsteps:\n  a-b: { agent: X, timeout: 5, nope: 1 }\n  c: { agent: x, if: inputs.q }\noutputs: { z: "\${{ steps.d.output }}" }\n`,
    );
    assert.deepEqual(
      problems.map(({ code, at }) => `${code} ${at.line}:${at.column}`),
      [
        'WF_NAME 1:7',
        'WF_TYPE 2:10',
        'WF_STEP_ID 4:3',
        'WF_AGENT_REF 4:17',
        'WF_DURATION 4:29',
        'WF_UNKNOWN_FIELD 4:32',
        'EXPR_UNKNOWN_NAME 5:29',
        'EXPR_UNKNOWN_NAME 6:26',
      ],
    );
  });

  it('are printed as a compiler would', () => {
    const text = `${head}steps:\n  research:\n    agent: x\n  report:\n    agent: x\n    if: steps.reserch.output.ok\n`;
    const [problem] = problemsOf(text);
    assert.ok(problem);
    assert.equal(
      renderProblem(problem, { file: 'workflows/x.yaml', text }),
      [
        "workflows/x.yaml:8:15 error[EXPR_UNKNOWN_NAME]: unknown step 'reserch'",
        '8 |     if: steps.reserch.output.ok',
        '                  ^^^^^^^',
        'expected: research, report',
        "help: did you mean 'research'?",
      ].join('\n'),
    );
  });

  const places: readonly (readonly [what: string, field: string, line: number, column: number])[] = [
    ['a plain text', 'with: { }\n    if: 1 == inputs.q', 7, 21],
    ['a quoted text', 'with:\n      t: "a ${{ inputs.q }}"', 7, 24],
    ['a quoted text with escapes', 'with:\n      t: "\\u00e4\\n${{ inputs.q }}"', 7, 30],
    ['a block text', 'with:\n      t: |\n        one\n        two ${{ inputs.q }}', 9, 24],
    ['a folded text', 'with:\n      t: >-\n        one\n        two ${{ inputs.q }}', 9, 24],
  ];
  for (const [what, field, line, column] of places)
    it(`an expression in ${what} is pointed at exactly`, () => {
      const [problem] = problemsOf(`${head}steps:\n  b:\n    agent: x\n    ${field}\n`);
      assert.equal(problem?.code, 'EXPR_UNKNOWN_NAME');
      assert.deepEqual([problem.at.line, problem.at.column], [line, column]);
    });

  it('an expression in flow style that YAML cannot read: the message says to quote it', () => {
    const [problem] = problemsOf(`${head}steps:\n  a: { agent: x, with: {a: \${{ inputs.x }}} }\n`);
    assert.equal(problem?.code, 'WF_YAML_SYNTAX');
    assert.match(problem.hint ?? '', /quotes: "\$\{\{ inputs\.x \}\}"/);
  });

  it('what is part of the language but not built yet is told from what is not part of it', () => {
    const codes = (step: string) =>
      problemsOf(`${head}steps:\n  a: ${step}\n`).map(({ code, path }) => `${code} ${path}`);
    assert.deepEqual(codes('{ sleep: 2h }'), ['WF_UNSUPPORTED /steps/a/sleep']);
    assert.deepEqual(codes('{ agent: x, catch: [] }'), ['WF_UNSUPPORTED /steps/a/catch']);
    assert.deepEqual(codes('{ slep: 2h }'), ['WF_STEP_BODY /steps/a', 'WF_UNKNOWN_FIELD /steps/a/slep']);
    assert.deepEqual(
      problemsOf(`${head}on: { schedule: {} }\nsteps: { a: { agent: x } }\n`).map(
        ({ code, at }) => `${code} ${at.line}`,
      ),
      ['WF_UNSUPPORTED 3'],
    );
  });

  it('a stored definition gives the same problems by pointer', () => {
    const result = parseDefinition({
      name: 'a',
      version: '1.0.0',
      steps: { s: { agent: 'x', if: 'inputs.q' } },
    });
    assert.ok(!result.ok);
    assert.deepEqual(
      result.problems.map(({ code, path, at }) => [code, path, at.line]),
      [['EXPR_UNKNOWN_NAME', '/steps/s/if', 0]],
    );
  });

  it('a key with nothing after it is not the same as no key', () => {
    const [problem] = problemsOf(`${head}steps:\n  a:\n    agent: x\n    retry:\n`);
    assert.deepEqual([problem?.code, problem?.at.line], ['WF_TYPE', 6]);
  });
});
