import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Json } from '../json.ts';
import { deepestValue, type Payload } from '../payload.ts';
import { makeScope, replaceAt, type Scope } from './scope.ts';
import { parseTemplate, renderTemplate, templateReads, templateSecrets } from './template.ts';

const variables = { inputs: new Set(['a', 'b', 'big']), steps: new Set(['s']) };
const ref = { digest: 'sha256:1', bytes: 20_000 };
const other = { digest: 'sha256:2', bytes: 30_000 };

const scopeWith = (inputs: Payload, blobs = new Map<string, Json>()): Scope =>
  makeScope({
    inputs,
    step: () => ({
      output: { value: null, refs: [{ at: '', ref: other }] },
      status: 'completed',
      error: null,
      attempts: 1,
    }),
    run: { id: 'r1', startedAt: 1000 },
    blobs,
  });

function render(value: Json, scope: Scope): ReturnType<typeof renderTemplate> {
  const { template, problems } = parseTemplate(value, variables);
  assert.deepEqual(problems, []);
  return renderTemplate(template, scope);
}

describe('renderTemplate', () => {
  const scope = scopeWith({ value: { a: 3, b: 'x' } });

  it('a whole expression keeps its type; in text it becomes text, strings as they are and the rest as JSON', () => {
    assert.deepEqual(
      render({ n: '${{ inputs.a }}', t: 'n=${{ inputs.a }} ${{ inputs.b }} ${{ [inputs.a] }}!' }, scope),
      {
        ok: true,
        value: { value: { n: 3, t: 'n=3 x [3]!' } },
      },
    );
  });

  it('nests no deeper than the event takes that carries it', () => {
    const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);
    const made = (levels: number) => render(['${{ inputs.a }}'], scopeWith({ value: { a: nested(levels) } }));
    assert.ok(made(deepestValue - 1).ok);
    assert.deepEqual(made(deepestValue), {
      ok: false,
      problem: {
        code: 'PAYLOAD_TOO_LARGE',
        message:
          `a value made here nests more than ${deepestValue} levels deep; expected at most ${deepestValue}, which ` +
          'the event it travels in allows. Pass on a part of it, or let an agent make it flatter.',
        retryable: false,
      },
    });
  });

  it('white space inside the braces does not matter; outside it makes the value text', () => {
    assert.deepEqual(render(['${{inputs.a}}', ' ${{ inputs.a }}'], scope), {
      ok: true,
      value: { value: [3, ' 3'] },
    });
  });

  it('braces and quotes inside an expression do not end it', () => {
    assert.deepEqual(render('${{ {"}}": {"x": inputs.a}}["}}"].x }}', scope), {
      ok: true,
      value: { value: 3 },
    });
  });

  it('braces in texts of either quote do not end it, nor does one brace', () => {
    assert.deepEqual(render(`\${{ '}}"' + inputs.b + "'}}" }}`, scope), {
      ok: true,
      value: { value: `}}"x'}}` },
    });
    const { template, problems } = parseTemplate('${{ inputs.a } }}', variables);
    assert.deepEqual(
      problems.map(({ message, offset }) => [message, offset]),
      [["cannot read the expression: Unexpected character: '}'", 13]],
    );
    assert.deepEqual(template, { kind: 'text', parts: [] });
  });

  it('a value without expressions is handed on as it is', () => {
    const value = { list: [1, null, true], text: 'plain {{ }} $ {', secret: { secretRef: 'NAME' } };
    const { template } = parseTemplate(value, variables);
    assert.deepEqual(template, { kind: 'literal', value });
  });

  it('a key named __proto__ in the data is only a key', () => {
    const value = JSON.parse('{"__proto__": {"admin": true}, "x": "${{ inputs.a }}"}') as Json;
    const result = render(value, scope);
    assert.ok(result.ok);
    assert.equal(JSON.stringify(result.value.value), '{"__proto__":{"admin":true},"x":3}');
  });

  it('the first failure says at which place of the template', () => {
    const result = render({ list: [1, '${{ inputs.big }}'] }, scope);
    assert.ok(!result.ok && 'problem' in result);
    assert.equal(result.problem.code, 'EXPR_NO_SUCH_KEY');
    assert.match(result.problem.message, /^at \/list\/1: /);
  });

  it('a failure of the whole template is told as the expression has it', () => {
    const result = render('${{ inputs.big }}', scope);
    assert.ok(!result.ok && 'problem' in result);
    assert.match(result.problem.message, /^no key 'big' in inputs, which has: a, b; /);
  });
});

describe('claim checks in templates', () => {
  const inputs: Payload = { value: { a: 1, big: { part: null } }, refs: [{ at: '/big/part', ref }] };

  it('a whole path hands them on without loading, at their new place', () => {
    const result = render({ 'x/y': '${{ inputs.big }}', s: ['${{ steps.s.output }}'] }, scopeWith(inputs));
    assert.deepEqual(result, {
      ok: true,
      value: {
        value: { 'x/y': { part: null }, s: [null] },
        refs: [
          { at: '/x~1y/part', ref },
          { at: '/s/0', ref: other },
        ],
      },
    });
  });

  it('a whole path hands them on even if they were loaded', () => {
    const loaded = new Map<string, Json>([[other.digest, 'long']]);
    assert.deepEqual(render('${{ steps.s.output }}', scopeWith(inputs, loaded)), {
      ok: true,
      value: { value: null, refs: [{ at: '', ref: other }] },
    });
  });

  it('any other use asks for all of them at once', () => {
    const result = render(['see ${{ inputs.big }}', '${{ steps.s.output.deep }}'], scopeWith(inputs));
    assert.deepEqual(result, { ok: false, needs: [ref, other] });
  });

  it('a path into one gives its part once it is loaded', () => {
    const loaded = new Map<string, Json>([[other.digest, { deep: [1] }]]);
    assert.deepEqual(render('${{ steps.s.output.deep }}', scopeWith(inputs, loaded)), {
      ok: true,
      value: { value: [1] },
    });
  });
});

describe('parseTemplate', () => {
  it('gives every problem at once, with its place in the value and in the text', () => {
    const { problems } = parseTemplate(
      {
        ...{ a: ['x ${{ inputs.q }}'], b: '${{ inputs.a', c: '${{ inputs.b }}${{ 1 + }}' },
        d: '${{   inputs.q }}',
      },
      variables,
    );
    assert.deepEqual(
      problems.map(({ code, path, offset }) => [code, path, offset]),
      [
        ['EXPR_UNKNOWN_NAME', '/a/0', 13],
        ['EXPR_SYNTAX', '/b', 0],
        ['EXPR_SYNTAX', '/c', 22],
        ['EXPR_UNKNOWN_NAME', '/d', 13],
      ],
    );
  });

  it('an expression decides neither a key nor which secret is handed out', () => {
    const { problems } = parseTemplate(
      { '${{ inputs.a }}': 1, s: { secretRef: '${{ inputs.b }}' } },
      variables,
    );
    assert.deepEqual(
      problems.map(({ code, path }) => [code, path]),
      [
        ['WF_TYPE', '/${{ inputs.a }}'],
        ['EXPR_FORBIDDEN_NAME', '/s/secretRef'],
      ],
    );
  });

  it('reads and secrets are listed', () => {
    const { template } = parseTemplate(
      { a: '${{ inputs.a }} ${{ steps.s.output }}', k: [{ secretRef: 'KEY' }] },
      variables,
    );
    assert.deepEqual(templateReads(template), [
      ['inputs', 'a'],
      ['steps', 's', 'output'],
    ]);
    assert.deepEqual(templateSecrets(template), [{ at: '/k/0', name: 'KEY' }]);
    const secret = { secretRef: 'KEY' };
    const values = { t: ['text', null, 1, { secretRef: 'KEY', other: 1 }, { secretRef: 7 }], 'a/b': secret };
    for (const [value, place] of [
      [values, ''],
      [{ e: '${{ inputs.a }}', 'l~': values }, '/l~0'],
    ] as const)
      assert.deepEqual(templateSecrets(parseTemplate(value, variables).template), [
        { at: `${place}/a~1b`, name: 'KEY' },
      ]);
  });

  it('never throws, and what has no expression renders to itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { template } = parseTemplate(value as Json, variables);
        const result = renderTemplate(template, scopeWith({ value: {} }));
        if (!JSON.stringify(value).includes('${{')) assert.deepEqual(result, { ok: true, value: { value } });
      }),
    );
  });
});

describe('replaceAt', () => {
  it('replaces inside lists and objects and leaves the original alone', () => {
    const value = { a: [{ b: 1 }, 2] };
    assert.deepEqual(replaceAt(value, ['a', '0', 'b'], 9), { a: [{ b: 9 }, 2] });
    assert.deepEqual(value, { a: [{ b: 1 }, 2] });
  });
});
