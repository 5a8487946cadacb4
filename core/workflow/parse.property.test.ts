import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { type JsonObject } from '../json.ts';
import { parseDefinition, parseWorkflow } from './parse.ts';
import { renderProblem } from './problem.ts';

const example = readFileSync(new URL('../../workflows/design-and-provision.yaml', import.meta.url), 'utf8');

describe('parseWorkflow, whatever it is given', () => {
  const id = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
  const duration = fc.constantFrom('500ms', '90s', '5m', '2h', '7d', 'PT1H30M', 'P1D');
  const step = fc.record(
    {
      agent: fc.constantFrom('x', 'x@^1', 'app-designer@>=1 <3'),
      with: fc.constantFrom(
        {},
        { a: '${{ inputs.a }}', b: ['${{ run.id }}', 'at ${{ run.startedAt }}'] },
        '${{ inputs }}',
      ),
      if: fc.constantFrom('true', 'inputs.a == 1', '${{ has(inputs.a) }}'),
      timeout: duration,
      deadline: duration,
      retry: fc.oneof(
        fc.integer({ min: 1, max: 100 }),
        fc.record({ max: fc.integer({ min: 1, max: 9 }), backoff: fc.constantFrom('fixed', 'exponential') }),
      ),
      continueOnError: fc.boolean(),
    },
    { requiredKeys: ['agent'] },
  );
  /** Each step needs some of those before it: no circles. */
  const workflow = fc
    .uniqueArray(fc.tuple(id, step, fc.nat(255)), { minLength: 1, maxLength: 8, selector: ([name]) => name })
    .map((all): JsonObject => {
      const steps = all.map(([name, body, mask], at) => {
        const before = all.slice(0, at).map(([other]) => other);
        const needs = before.filter((_, bit) => (mask & (1 << bit)) !== 0);
        return [name, { ...body, ...(needs.length > 0 ? { needs } : {}) }] as const;
      });
      return {
        name: 'shop',
        version: '1.0.0',
        inputs: { a: { type: 'number', default: 1 } },
        steps: Object.fromEntries(steps),
      };
    });

  it('printing a definition as YAML or JSON and reading it again gives an equal definition', () => {
    fc.assert(
      fc.property(workflow, (source) => {
        const first = parseDefinition(source);
        assert.ok(first.ok, JSON.stringify(first));
        assert.deepEqual(parseDefinition(first.value.source), first);
        assert.deepEqual(parseWorkflow(JSON.stringify(first.value.source), { file: 'x.json' }), first);
        assert.deepEqual(parseWorkflow(stringify(first.value.source)), first);
      }),
      { numRuns: 100 },
    );
  });

  it('no text and no bytes make it throw, and every problem has a place and a text', () => {
    const broken = fc
      .tuple(fc.constant(example), fc.nat(example.length), fc.nat(30), fc.string({ maxLength: 6 }))
      .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
    const source = fc.oneof(fc.string({ unit: 'binary' }), broken, broken, fc.uint8Array());
    fc.assert(
      fc.property(source, (text) => {
        const result = parseWorkflow(text);
        if (result.ok) return;
        assert.ok(result.problems.length > 0);
        for (const problem of result.problems) {
          assert.ok(problem.at.line >= 1 && problem.at.column >= 1);
          assert.ok(
            renderProblem(problem, { file: 'x', text: typeof text === 'string' ? text : '' }).length > 10,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('no JSON makes it throw', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('name', 'version', 'steps', 'inputs', 'outputs', 'labels', 'x'),
          fc.jsonValue(),
        ),
        (source) => {
          const result = parseDefinition(source as JsonObject);
          assert.ok(result.ok || result.problems.length > 0);
        },
      ),
    );
  });
});
