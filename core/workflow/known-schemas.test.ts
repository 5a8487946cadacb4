import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject } from '../json.ts';
import { type KnownAgents } from './agent-ref.ts';
import { approvalOutput } from './approval.ts';
import { knownSchemas } from './known-schemas.ts';
import { parseDefinition } from './parse-definition.ts';
import { parseWorkflow } from './parse.ts';
import { readJson } from './read-json.ts';
import { toldOf } from './told.fixtures.ts';

const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});
const output = closed({
  name: { type: 'string' },
  open: { type: 'object', properties: { a: {} } },
  services: { type: 'array', items: closed({ name: { type: 'string' }, owner: closed({ mail: {} }) }) },
  byName: { type: 'object', additionalProperties: closed({ at: {} }) },
  maybe: { anyOf: [closed({ yes: {} }), { type: 'null' }] },
});
const agents: KnownAgents = new Map([
  ['designer', { version: '1.0.0', output: () => output }],
  ['silent', { version: '1.0.0', output: () => undefined }],
  ['plain', { version: '1.0.0' }],
]);

const flow = (expression: string): string => `name: a
version: "1.0.0"
inputs:
  o: { type: object, properties: { a: { type: string } }, additionalProperties: false }
  free: object
steps:
  design: { agent: designer }
  silent: { agent: silent }
  plain: { agent: plain }
  ask: { approval: { to: owner, prompt: "?" } }
outputs:
  value: \${{ ${expression} }}
`;
const told = (expression: string): readonly string[] => toldOf(parseWorkflow(flow(expression), { agents }));

describe('a key within an input or an output', () => {
  const names = 'name, open, services, byName, maybe';
  const keyOf = (place: string, key: string, column: number, rest: string): readonly string[] => [
    `EXPR_UNKNOWN_NAME 12:${column} /outputs/value unknown key of ${place} '${key}'; ${rest}`,
  ];

  it('is refused where the schema says that it cannot be there, with its place and the nearest name', () => {
    for (const [expression, expected] of [
      ['inputs.o.bb', keyOf('inputs.o', 'bb', 23, 'a; take a key that is there')],
      [
        'steps.design.output.nname',
        keyOf('steps.design.output', 'nname', 34, `${names}; did you mean 'name'?`),
      ],
      [
        'steps.design.output["nname"]',
        keyOf('steps.design.output', 'nname', 34, `${names}; did you mean 'name'?`),
      ],
      [
        'steps.design.output.services[0].nam',
        keyOf('steps.design.output.services.0', 'nam', 46, "name, owner; did you mean 'name'?"),
      ],
      [
        'steps.design.output.services[3].owner.male',
        keyOf('steps.design.output.services.3.owner', 'male', 52, "mail; did you mean 'mail'?"),
      ],
      [
        'steps.design.output.byName.x.att',
        keyOf('steps.design.output.byName.x', 'att', 43, "at; did you mean 'at'?"),
      ],
      [
        'steps.design.output.maybe.no',
        keyOf('steps.design.output.maybe', 'no', 40, 'yes; take a key that is there'),
      ],
      [
        'steps.design.output.name.first',
        keyOf('steps.design.output.name', 'first', 39, 'no key: it has none; write steps.design.output.name'),
      ],
      [
        'steps.design.output.services.name',
        keyOf(
          'steps.design.output.services',
          'name',
          43,
          'the number of an item; write steps.design.output.services[0]',
        ),
      ],
      [
        'steps.ask.output.decison',
        keyOf('steps.ask.output', 'decison', 31, "decision, by, comment, at; did you mean 'decision'?"),
      ],
    ] as const)
      // prettier-ignore
      assert.deepEqual(told(expression), expected, expression);
  });

  it('is refused wherever it is read, has() included, which could only give false', () => {
    for (const expression of [
      'has(steps.design.output.nname) ? 1 : 2',
      'size(steps.design.output.nname)',
      'inputs.o.bb == "x" || true',
      'steps.design.output.services.filter(s, s.name == inputs.o.bb)',
    ])
      assert.equal(told(expression).length, 1, expression);
  });

  it('passes where it may be there', () => {
    for (const expression of [
      ...['inputs.o.a', 'inputs.free.x.y', 'steps.design.output.name', 'steps.design.output.open.b.c'],
      ...['has(steps.design.output.maybe.yes)', 'steps.design.output.maybe.yes.deep'],
      ...['steps.design.output[inputs.o.a]', 'steps.design.output.services.map(s, s.nam)'],
      ...[
        'steps.silent.output.x',
        'steps.plain.output.x',
        'steps.ask.output.comment',
        'steps.design.error.x',
      ],
    ])
      assert.deepEqual(told(expression), [], expression);
  });

  it('is not looked at in what is stored: an agent may have changed since', () => {
    const stored = parseWorkflow(flow('steps.design.output.nname + inputs.o.bb'));
    assert.ok(stored.ok);
    assert.ok(parseDefinition(stored.value.source).ok);
  });
});

describe('the schemas that are known', () => {
  it('are of inputs that are declared with one', () => {
    const { inputSchema } = knownSchemas({ properties: { a: output, b: true } }, [], agents);
    assert.deepEqual(['a', 'b', 'c'].map((name) => inputSchema?.(name)), [output, undefined, undefined]); // prettier-ignore
    assert.equal(knownSchemas({}, [], agents).inputSchema?.('a'), undefined);
  });

  it('are of steps whose agent is named and registered, at whatever version, or that ask somebody', () => {
    const steps = readJson({
      named: { agent: 'designer' },
      ranged: { agent: 'designer@^1' },
      asks: { approval: {} },
      ...{ neither: {}, text: 'designer', unknown: { agent: 'elsewhere' } },
      ...{ number: { agent: 5 }, nothing: { agent: null }, several: { agent: ['designer'] } },
    });
    assert.ok(steps.ok && steps.value.kind === 'map');
    const named = new Map([...agents, ...['5', 'null', 'undefined'].map((name) => [name, { version: '1.0.0', output: () => output }] as const)]); // prettier-ignore
    const { outputSchema } = knownSchemas({}, steps.value.entries, named);
    const known = ['named', 'ranged', 'asks'].map((step) => outputSchema?.(step));
    assert.deepEqual(known, [output, output, approvalOutput]);
    for (const step of ['neither', 'text', 'unknown', 'number', 'nothing', 'several', 'absent'])
      assert.equal(outputSchema?.(step), undefined, step);
  });
});
