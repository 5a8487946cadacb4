/** What people are told about an expression, word for word: what is wrong, where, what was expected, what to do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate, evaluateCondition, parseCondition, parseExpression } from './expression.ts';
import { makeScope } from './scope.ts';

const variables = { inputs: new Set(['a', 'list', 'map']), steps: new Set(['design']) };
const roots = 'inputs, steps, run';
const fields = 'output, status, error, attempts';
const key = ['a key of the data', 'rename the key where the data is made'] as const;
const cel = [
  'an expression in CEL',
  'close every bracket and quote; text stands in quotes: steps.a.output.kind == "x"',
] as const;
const plainText = [
  'a plain text function',
  'use ==, contains(), startsWith() or endsWith(), or check the text in an agent',
] as const;
const simpler = 'compute a part of it in a step of its own';

type Row = readonly [
  source: string,
  code: string,
  message: string,
  offset: number,
  length: number,
  expected?: string,
  hint?: string,
];
const unknown = (
  source: string,
  what: string,
  offset: number,
  length: number,
  ...rest: readonly [expected?: string, hint?: string]
): Row => [source, 'EXPR_UNKNOWN_NAME', what, offset, length, ...rest];
const forbidden = (
  source: string,
  name: string,
  offset: number,
  length: number,
  ...rest: readonly [expected?: string, hint?: string]
): Row => [
  source,
  'EXPR_FORBIDDEN_NAME',
  `'${name}' cannot be read by an expression`,
  offset,
  length,
  ...rest,
];
const unreadable = (source: string, what: string, offset: number, length: number): Row => [
  source,
  'EXPR_SYNTAX',
  `cannot read the expression: ${what}`,
  offset,
  length,
  ...cel,
];
const loops = (depth: number, inner = 'v'): string =>
  depth === 0 ? inner : `inputs.list.map(v${depth}, ${loops(depth - 1, inner)})`;

const refused: readonly Row[] = [
  unknown('inputs.lst', "unknown input 'lst'", 7, 3, 'a, list, map', "did you mean 'list'?"),
  unknown('inputs.qqqqqqqq', "unknown input 'qqqqqqqq'", 7, 8, 'a, list, map', 'declare it under inputs'),
  unknown('steps.desing.output', "unknown step 'desing'", 6, 6, 'design', "did you mean 'design'?"),
  unknown('steps.design', "unknown field of a step 'design'", 6, 6, fields, 'write steps.design.output'),
  unknown('steps.design.outptu', "unknown field of a step 'outptu'", 13, 6, fields, "did you mean 'output'?"),
  unknown('steps', "unknown use of steps 'steps'", 0, 5, undefined, 'write steps.<id>.output'),
  unknown('run', "unknown field of run 'run'", 0, 3, 'id, startedAt', 'write run.id or run.startedAt'),
  unknown('run.idd', "unknown field of run 'idd'", 4, 3, 'id, startedAt', "did you mean 'id'?"),
  unknown('item.a', "'item' has no meaning in this place", 0, 4, roots, 'read inputs.<name> or steps.<id>.output'),
  ...['index', 'previous', 'event', 'error'].map((name) =>
    unknown(name, `'${name}' has no meaning in this place`, 0, name.length, roots, 'read inputs.<name> or steps.<id>.output'),
  ),
  ...['nope', 'nope.b', 'nope.map(x, x)'].map((source) => unknown(source, "unknown name 'nope'", 0, 4, roots)),
  unknown('siz(inputs.list)', "unknown function 'siz'", 0, 3, 'a function of CEL', "did you mean 'size'?"),
  unknown('inputs.list.mapp(x, x)', "unknown function 'mapp'", 12, 4, 'a function of CEL', "did you mean 'map'?"),
  unknown('zzzzzzzzzz(1)', "unknown function 'zzzzzzzzzz'", 0, 10, 'a function of CEL'),
  unknown(`${'z'.repeat(90)}(1)`, `unknown function '${'z'.repeat(79)}…'`, 0, 90, 'a function of CEL'),
  ...['secrets', 'secret', 'env', 'process', 'globalThis', 'tenant', 'tenants'].map((name) =>
    forbidden(`${name}.x`, name, 0, name.length, roots, 'a secret travels by name: {secretRef: NAME} in `with`; settings come in as inputs'),
  ),
  forbidden('inputs.a.constructor', 'constructor', 9, 11, ...key),
  forbidden('inputs["prototype"]', 'prototype', 7, 11, ...key),
  forbidden('{"a": inputs}.constructor', 'constructor', 0, 25, ...key),
  forbidden('[1]["__proto__"]', '__proto__', 4, 11, ...key),
  forbidden('inputs.list.map(x, x.constructor)', 'constructor', 19, 13, ...key),
  forbidden('__proto__', '__proto__', 0, 9),
  forbidden('prototype.x', 'prototype', 0, 9),
  ['inputs.a.matches("x")', 'EXPR_REGEX_UNSAFE', 'matches() is not available: some patterns never end', 9, 7, ...plainText],
  ['matches(inputs.a, "x")', 'EXPR_REGEX_UNSAFE', 'matches() is not available: some patterns never end', 0, 7, ...plainText],
  [loops(4), 'EXPR_TOO_COMPLEX', 'loops nest 4 deep', 60, 22, 'at most 3', simpler],
  ['x'.repeat(4097), 'EXPR_TOO_COMPLEX', 'expression of 4097 characters', 0, 1, 'at most 4096', simpler],
  [`${'('.repeat(70)}1${')'.repeat(70)}`, 'EXPR_TOO_COMPLEX', 'expression is too complex: Exceeded maxDepth (64)', 64, 1, 'at most 64 levels and 1000 parts', simpler],
  unreadable('1 + ', 'Unexpected token: the end of the expression', 4, 1),
  unreadable('"a', 'Unterminated string', 0, 2),
  unreadable('(1', "Expected ')', got the end of the expression", 2, 1),
  unreadable('a ? b', "Expected ':', got the end of the expression", 5, 1),
  ['1 == "x"', 'EXPR_EVAL', 'this cannot be evaluated: no such overload: int == string', 0, 8, 'operands that go together', 'convert one side with string(), int() or double()'],
]; // prettier-ignore

describe('an expression that is refused', () => {
  for (const [source, code, message, offset, length, expected, hint] of refused) {
    it(`${source.slice(0, 60)}: ${message.slice(0, 90)}`, () => {
      assert.deepEqual(parseExpression(source, variables), {
        ok: false,
        problem: {
          ...{ code, message, offset, length },
          ...(expected === undefined ? {} : { expected }),
          ...(hint === undefined ? {} : { hint }),
        },
      });
    });
  }

  it('is refused for an unknown name wherever it stands', () => {
    for (const source of [
      ...['inputs.a + nope', '[nope]', '{"k": nope}', 'inputs.list[nope]', 'size(nope)', '-nope'],
      ...['inputs.list.filter(x, nope)', 'inputs.list.map(i, i)[nope]', '[nope].size()', 'true ? 1 : nope'],
      ...['inputs.a.contains(nope)', 'inputs.a.substring(nope, 1)', 'inputs.list.all(nope)'],
    ]) {
      const parsed = parseExpression(source, variables);
      assert.ok(!parsed.ok, source);
      assert.equal(parsed.problem.message, "unknown name 'nope'", source);
      assert.equal(source.slice(parsed.problem.offset).slice(0, parsed.problem.length), 'nope');
    }
  });

  it('is told with twenty of the names there are', () => {
    const names = Array.from({ length: 25 }, (_, n) => `input${n}`);
    const parsed = parseExpression('inputs.zzzzzzzzzz', { ...variables, inputs: new Set(names) });
    assert.equal(!parsed.ok && parsed.problem.expected, names.slice(0, 20).join(', '));
  });

  it('is refused as a loop without a variable', () => {
    const parsed = parseExpression('inputs.list.map()', variables);
    assert.equal(
      !parsed.ok && parsed.problem.message,
      "this cannot be evaluated: found no matching overload for 'dyn.map()'",
    );
  });

  it('is refused as a condition where it can never be true or false', () => {
    for (const [source, type] of [
      ['1', 'int'],
      ['"x"', 'string'],
      ['[1]', 'list<int>'],
      ['null', 'null'],
    ] as const)
      assert.deepEqual(parseCondition(source, variables), {
        ok: false,
        problem: {
          ...{ code: 'EXPR_TYPE', message: `condition gives a value of type ${type}` },
          ...{
            offset: 0,
            length: source.length,
            expected: 'a boolean',
            hint: 'compare it with something, e.g. ==',
          },
        },
      });
    assert.ok(parseCondition('inputs.a', variables).ok && parseCondition('inputs.a > 1', variables).ok);
  });
});

describe('an expression that is read', () => {
  const facts = (source: string) => {
    const parsed = parseExpression(source, variables);
    assert.ok(parsed.ok, source);
    return [parsed.value.reads, parsed.value.isPath];
  };

  it('says what it reads, and whether it is nothing but a path', () => {
    const list = [['inputs', 'list']];
    assert.deepEqual(facts('steps.design.output[0]["k"]'), [[['steps', 'design', 'output', '0', 'k']], true]);
    assert.deepEqual(facts('inputs'), [[['inputs']], true]);
    assert.deepEqual(facts('inputs.list[-1]'), [list, false]);
    assert.deepEqual(facts('inputs.list[0 + 1]'), [list, false]);
    for (const key of ['true', 'null', '1.0', '1u', 'b"x"'])
      assert.deepEqual(facts(`inputs.list[${key}]`), [list, false], key);
    assert.deepEqual(facts('inputs.list.exists_one(v, v == 1)'), [list, false]);
    assert.deepEqual(facts('inputs.list.map(constructor, [1][constructor])'), [list, false]);
    assert.deepEqual(facts('inputs.list.exists(int, int > 1)'), [list, false]);
    assert.deepEqual(facts('inputs.list + inputs.list'), [list, false]);
    assert.deepEqual(facts('type(1) == int'), [[], false]);
    assert.deepEqual(facts('inputs.list.map(inputs, inputs)'), [list, false]);
    assert.deepEqual(facts(loops(3, 'v1 + v3')), [list, false]);
  });
});

describe('an evaluation that fails', () => {
  const scope = makeScope({
    inputs: { value: { a: 3, list: [1, 2], map: { k: 1 } } },
    step: () => undefined,
    run: { id: 'r', startedAt: 0 },
    blobs: new Map(),
  });
  const problemOf = (source: string) => {
    const parsed = parseExpression(source, variables);
    assert.ok(parsed.ok, source);
    const result = evaluate(parsed.value, scope);
    assert.ok(!result.ok && 'problem' in result, source);
    return result.problem;
  };

  it('says at which column, and why', () => {
    for (const [source, column, problem] of [
      ['inputs.a / 0', 1, 'division by zero'],
      ['inputs.a % 0', 1, 'division by zero'],
      ['{"x": inputs.map}.x.k2', 21, 'No such key: k2'],
      ['inputs.a + "x"', 1, 'no such overload: double + string'],
      ['inputs.a ? 1 : 2', 8, "Ternary condition must be bool, got 'double'"],
    ] as const)
      assert.deepEqual(problemOf(source), {
        code: 'EXPR_EVAL',
        message:
          `expression '${source}' failed at column ${column}: ${problem}; expected operands that go together. ` +
          'Check the types of what it reads, convert with string(), int() or double(), or guard it with has()',
        retryable: false,
        details: { expression: source, column, problem },
      });
  });

  it('says which key of what was missing, and which there are', () => {
    assert.deepEqual(problemOf('inputs.map["z"] == 1'), {
      code: 'EXPR_NO_SUCH_KEY',
      message:
        "no key 'z' in inputs.map, which has: k; expected a key that is there. " +
        'Correct the path, or guard it: has(inputs.map.z) ? … : …',
      retryable: false,
      details: { path: ['inputs', 'map', 'z'], missing: 'z', available: ['k'] },
    });
    assert.match(problemOf('inputs.a.x.y == 1').message, /^no key 'x' in inputs\.a, which is a number;/);
    assert.match(problemOf('inputs.list[7]').message, /^no key '7' in inputs\.list, which is a list of 2;/);
  });

  it('says what it gave where that is no JSON', () => {
    for (const [source, code, what] of [
      ['9223372036854775807', 'EXPR_EVAL', 'a whole number beyond 2^53'],
      ['1.0 / 0.0', 'EXPR_EVAL', 'the number Infinity'],
      ['bytes("x")', 'EXPR_TYPE', 'a type, bytes or duration'],
    ] as const)
      assert.deepEqual(problemOf(source), {
        code,
        message: `expression '${source}' gave ${what}, expected a JSON value; convert it, e.g. with string() or int()`,
        retryable: false,
        details: { expression: source },
      });
  });

  it('shows a long expression cut, on one line', () => {
    const { message } = problemOf(`inputs.a +\n"${'x'.repeat(100)}"`);
    assert.ok(message.startsWith(`expression 'inputs.a + "${'x'.repeat(67)}…' failed at column 1`), message);
  });

  it('says so too where the expression cannot be read any more', () => {
    const problemsOf = (source: string) => evaluate({ source, reads: [], isPath: false }, scope);
    for (const [source, column, problem] of [
      ['1 +', 4, 'Unexpected token: the end of the expression'],
      ['1 + "x"', 1, 'no such overload: int + string'],
    ] as const)
      assert.deepEqual(problemsOf(source), {
        ok: false,
        problem: {
          ...{ code: 'EXPR_EVAL', retryable: false, details: { expression: source, column, problem } },
          message:
            `expression '${source}' failed at column ${column}: ${problem}; expected operands that go together. ` +
            'Check the types of what it reads, convert with string(), int() or double(), or guard it with has()',
        },
      });
  });

  it('as a condition says what it gave', () => {
    for (const [source, got] of [
      ['inputs.a', 'number'],
      ['inputs.list', 'list'],
      ['inputs.map', 'object'],
      ['steps.design.error', 'null'],
    ] as const) {
      const parsed = parseCondition(source, variables);
      assert.ok(parsed.ok);
      const result = evaluateCondition(parsed.value, scope);
      assert.deepEqual(!result.ok && 'problem' in result && result.problem, {
        code: 'EXPR_TYPE',
        message: `condition '${source}' gave a ${got}, expected a boolean; compare it with something, e.g. == or has()`,
        retryable: false,
        details: { expression: source, got, expected: 'boolean' },
      });
    }
  });
});
