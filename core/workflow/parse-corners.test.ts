/** Corners of a workflow file, and of a stored definition, that the examples beside do not come to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json, type JsonObject } from '../json.ts';
import { compileSchema } from './json-schema.ts';
import { parseDefinition, parseWorkflow, type ParseOptions } from './parse.ts';
import { renderProblem } from './problem.ts';
import { templateSecrets } from './template.ts';
import { toldOf } from './told.fixtures.ts';

const head = 'name: a\nversion: "1.0.0"\n';
const read = (text: string, options?: ParseOptions): readonly string[] =>
  toldOf(parseWorkflow(text, options));
const definition = (text: string) => {
  const parsed = parseWorkflow(text);
  assert.deepEqual(toldOf(parsed), []);
  return parsed.ok ? parsed.value : assert.fail();
};

describe('a file with nothing in it', () => {
  it('is told from one whose value is null', () => {
    const empty =
      'WF_EMPTY 1:1  the file defines no workflow; name, version and steps; workflows/design-and-provision.yaml is an example';
    for (const text of ['', '\n', '# only a comment\n', '---\n']) assert.deepEqual(read(text), [empty], text);
    const nothing =
      "WF_TYPE 1:1  expected a mapping, got nothing; a mapping with name, version and steps; begin with 'name: my-workflow'";
    for (const text of ['null\n', '~']) assert.deepEqual(read(text), [nothing], text);
  });
});

describe('a file', () => {
  it('that goes on after the mark of its end is refused where it goes on', () => {
    assert.deepEqual(read(`${head}steps: {a: {agent: x}}\n...\nname: b\n`), [
      "WF_MULTI_DOC 5:1  a second document begins here; one workflow per file; move it to a file of its own, or remove the '---'",
    ]);
  });

  it('may nest 64 levels in lists that stand on one line', () => {
    const [problem = ''] = read(`${'- '.repeat(64)}x`);
    assert.match(problem, /^WF_TYPE 1:1 {2}expected a mapping, got list/);
    assert.deepEqual(read(`${'- '.repeat(65)}x`), [
      `WF_YAML_DEPTH 1:131 ${'/0'.repeat(65)} nesting deeper than 64 levels; at most 64 levels; move the inner part into a value that a step makes`,
    ]);
  });

  it('has keys as they are written, also where YAML would make a number or a truth of them', () => {
    const { steps } = definition(
      `${head}steps:\n  a:\n    agent: x\n    with: {1.50: b, true: c, 0x1F: d}\n`,
    );
    const [step] = steps;
    assert.deepEqual(step?.kind === 'agent' ? step.with : undefined, {
      kind: 'literal',
      value: { '1.50': 'b', true: 'c', '0x1F': 'd' },
    });
  });

  it('that is no text is told where and why', () => {
    const rest = 'UTF-8 text; save the file as UTF-8 without control characters';
    assert.deepEqual(read('name: a\u0001'), [
      `WF_ENCODING 1:1  not a text file: control character U+0001 at offset 7; ${rest}`,
    ]);
    assert.deepEqual(read('name: \ud83d\ude00 \ud83d'), [
      `WF_ENCODING 1:1  not a text file: an unpaired surrogate at offset 9; ${rest}`,
    ]);
  });
});

describe('a name', () => {
  it('of an input that no better name is like is told so', () => {
    assert.deepEqual(read(`${head}inputs: {"1": {type: string}}\nsteps: {a: {agent: x}}\n`), [
      "WF_NAME 3:10 /inputs/1 input name '1'; letters, digits and _, not beginning with a digit, at most 64; choose another name",
    ]);
  });

  it('of an agent is unknown where none is registered', () => {
    assert.deepEqual(read(`${head}steps: {a: {agent: x}}\n`, { agents: new Map() }), [
      "WF_UNKNOWN_AGENT 3:20 /steps/a/agent unknown agent 'x'; a registered agent: none is registered; add a folder agents/x: CONTRIBUTING.md lists its files",
    ]);
  });
});

describe('expressions', () => {
  const key = '${{ inputs.k }}';
  const text = (value: string): string =>
    `${head}idempotencyKey: ${key}\ninputs: {k: string}\nsteps:\n  a:\n    agent: x\n    with:\n${value}`;

  it('stand for the key by which starts are told apart', () => {
    const { idempotencyKey } = definition(text('      v: 1\n'));
    assert.deepEqual(idempotencyKey, { source: 'inputs.k', reads: [['inputs', 'k']], isPath: true });
  });

  it('in a key are refused at the value it stands for, whatever that is', () => {
    assert.deepEqual(read(text(`      "${key}": {a: 1}\n`)), [
      "WF_TYPE 9:26 /steps/a/with/${{ inputs.k }} expression in key '${{ inputs.k }}'; a fixed key; put the expression into the value",
    ]);
  });

  it('may hold braces and quotes in a text, and escaped quotes', () => {
    const { steps } = definition(text(`      v: '\${{ "a\\"}}" + inputs.k }}'\n`));
    const [step] = steps;
    const template =
      step?.kind === 'agent' && step.with.kind === 'map' ? step.with.entries[0]?.[1] : undefined;
    assert.equal(template?.kind === 'expression' && template.expression.source, '"a\\"}}" + inputs.k');
  });

  it('stand beside secrets in a list, which are found with their places', () => {
    const { steps } = definition(
      text(`      l: [{secretRef: K}, "${key}", {a/b: {secretRef: L}, c: "${key}", d: {e: 7}}]\n`),
    );
    const [step] = steps;
    assert.deepEqual(step?.kind === 'agent' && templateSecrets(step.with), [
      { at: '/l/0', name: 'K' },
      { at: '/l/2/a~1b', name: 'L' },
    ]);
  });
});

describe('a stored definition', () => {
  const stored = (value: JsonObject): readonly string[] => toldOf(parseDefinition(value));
  const step = (value: Json): JsonObject => ({
    ...{ name: 'a', version: '1.0.0' },
    steps: { a: { agent: 'x', with: value } },
  });
  const nested = (levels: number): Json =>
    Array.from({ length: levels }).reduce<Json>(
      (inside, _, n) => (n % 2 === 0 ? { a: inside } : [inside]),
      1,
    );

  it('may nest 64 levels', () => {
    assert.deepEqual(stored(step(nested(61))), []);
    assert.match(stored(step(nested(62)))[0] ?? '', /^WF_YAML_DEPTH 0:0 .* nesting deeper than 64 levels/);
  });

  it('is told by its name alone where the whole of it is wrong', () => {
    const parsed = parseDefinition(JSON.parse('[]') as JsonObject);
    const [problem] = parsed.ok ? [] : parsed.problems;
    assert.ok(problem);
    assert.match(
      renderProblem(problem, { file: 'shop', text: '' }),
      /^shop error\[WF_TYPE\]: expected a mapping/,
    );
  });

  it('has no key that reaches a prototype', () => {
    assert.deepEqual(stored(JSON.parse('{"x/y":{"__proto__":1}}') as JsonObject).slice(0, 1), [
      "WF_RESERVED_KEY 0:0 /x~1y/__proto__ key '__proto__' is reserved; any other key than __proto__, constructor, prototype; choose another name",
    ]);
  });
});

describe('a schema that reads well and cannot be compiled', () => {
  it('is refused with what the library says', () => {
    const schema = { $defs: { a: { $anchor: 'q' }, b: { $anchor: 'q' } } };
    assert.deepEqual(compileSchema(schema), {
      ok: false,
      problem: [
        { code: 'WF_SCHEMA_INVALID', path: '', message: 'reference "#q" resolves to more than one schema' },
      ],
    });
  });
});
