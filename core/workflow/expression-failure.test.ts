/** What is made of the errors of an evaluation, whatever is thrown: nothing of the library is taken for granted. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CostExceeded } from './expression-cost.ts';
import { evaluationFailure, NotJson, show, syntaxProblem, typeProblem } from './expression-failure.ts';

const thrown = (members: object, message = 'thrown'): Error => Object.assign(new Error(message), members);
const range = { start: 2, end: 5 };
const failed = (what: string, column = 1) => ({
  code: 'EXPR_EVAL',
  message:
    `expression 'a.b' failed at column ${column}: ${what}; expected operands that go together. ` +
    'Check the types of what it reads, convert with string(), int() or double(), or guard it with has()',
  retryable: false,
  details: { expression: 'a.b', column, problem: what },
});
const failureOf = (error: unknown) => evaluationFailure(error, 'a.b', { a: { c: 1 } });
const tooMuch = {
  code: 'EXPR_COST',
  message:
    "expression 'a.b' did more work than is allowed (budget 200000 units exceeded); " +
    'make its lists smaller, or do this work in an agent',
  retryable: false,
  details: { expression: 'a.b', budget: 200_000 },
};

describe('a failed evaluation', () => {
  it('is told in the words of the library only where it is an error of the library', () => {
    assert.deepEqual(failureOf(thrown({ code: 'x', summary: 'bad', range })), failed('bad', 3));
    assert.deepEqual(failureOf(thrown({ code: 'x', summary: 'bad' })), failed('bad'));
    for (const other of [
      thrown({}),
      thrown({ code: 'x' }),
      thrown({ summary: 'bad' }),
      thrown({ code: 'x', summary: 7 }),
      { code: 'x', summary: 'bad' },
      'bad',
      undefined,
    ])
      assert.deepEqual(failureOf(other), failed('the evaluation failed'));
  });

  it('names a missing key where the library says which one', () => {
    const id = { op: 'id', args: 'a', start: 0, end: 1 };
    const node = (key: string) => ({ op: '.', args: [id, key], start: 0, end: 3 });
    const missing = thrown({ code: 'no_such_key', summary: 'bad', node: node('b') });
    assert.match(failureOf(missing).message, /^no key 'b' in a, which has: c;/);
    for (const other of [
      { code: 'no_such_key' },
      { code: 'no_such_key', node: 7 },
      { code: 'no_such_key', node: node('c') },
      { code: 'no_such_key', node: { op: 'call', args: ['f', []] } },
      { code: 'another', node: node('b') },
    ])
      assert.deepEqual(failureOf(thrown({ summary: 'bad', ...other })), failed('bad'));
  });

  it('that was too much work is told so, also where the engine gave up first', () => {
    for (const error of [
      new CostExceeded(),
      new RangeError('Maximum call stack size exceeded'),
      new RangeError('Invalid string length'),
    ])
      assert.deepEqual(failureOf(error), tooMuch);
    for (const error of [new RangeError('Invalid time value'), new Error('Maximum call stack size exceeded')])
      assert.deepEqual(failureOf(error), failed('the evaluation failed'));
  });

  it('has errors with names, for a stack trace', () => {
    assert.match(String(new CostExceeded()), /^CostExceeded/);
    assert.match(String(new NotJson('a set', 'EXPR_TYPE')), /^NotJson: a set/);
  });
});

describe("the library's words", () => {
  const said = (summary: string): string =>
    syntaxProblem(thrown({ code: 'x', summary, range }), 'a.b').message.replace(
      'cannot read the expression: ',
      '',
    );

  it('for signs are replaced by the signs', () => {
    const signs: Readonly<Record<string, string>> = {
      ...{ EOF: 'the end of the expression', IDENTIFIER: 'a name', LPAREN: "'('", RPAREN: "')'" },
      ...{ LBRACKET: "'['", RBRACKET: "']'", LBRACE: "'{'", RBRACE: "'}'" },
      ...{ COLON: "':'", COMMA: "','", DOT: "'.'", QUESTION: "'?'", STRING: 'STRING' },
    };
    for (const [token, sign] of Object.entries(signs)) {
      assert.equal(said(`Expected ${token}, got ${token}`), `Expected ${sign}, got ${sign}`);
      assert.equal(said(`Unexpected token: ${token}`), `Unexpected token: ${sign}`);
    }
  });

  it('are shown without control characters, without a key, and cut', () => {
    assert.equal(said('bad \u0007 dyn<int>'), 'bad · int');
    assert.doesNotMatch(said('bad sk-proj-abcdef0123456789'), /abcdef/);
    assert.equal(said('x'.repeat(300)), 'x'.repeat(200));
  });
});

describe('an expression that the library cannot read', () => {
  it('has its place, if there is one', () => {
    const place = (error: unknown) => {
      const { code, offset, length } = syntaxProblem(error, 'a.b');
      return [code, offset, length];
    };
    assert.deepEqual(place(thrown({ code: 'x', summary: 'bad', range })), ['EXPR_SYNTAX', 2, 3]);
    assert.deepEqual(place(thrown({ code: 'x', summary: 'bad' })), ['EXPR_SYNTAX', 0, 1]);
  });

  it('nests too deep if the library itself gave up', () =>
    assert.deepEqual(syntaxProblem(new RangeError('Maximum call stack size exceeded'), 'a.b'), {
      ...{ code: 'EXPR_TOO_COMPLEX', message: 'expression nests too deep', offset: 0, length: 3 },
      hint: 'compute a part of it in a step of its own',
    }));

  it('is forbidden where its name is, and only then', () => {
    const codeOf = (summary: string): string => syntaxProblem(thrown({ code: 'x', summary }), 'a.b').code;
    for (const name of ['prototype', '__proto__'])
      assert.equal(codeOf(`Reserved identifier: ${name}`), 'EXPR_FORBIDDEN_NAME', name);
    for (const text of ['identifier: while', 'identifier: prototype.', 'x identifier: prototype'])
      assert.equal(codeOf(text.replace('identifier', 'Reserved identifier')), 'EXPR_SYNTAX', text);
  });
});

describe('operands that do not go together', () => {
  it('are told as the library does, or in a word', () => {
    const rest = {
      expected: 'operands that go together',
      hint: 'convert one side with string(), int() or double()',
    };
    const problem = (what: string, offset: number, length: number) => ({
      code: 'EXPR_EVAL',
      message: `this cannot be evaluated: ${what}`,
      offset,
      length,
      ...rest,
    });
    assert.deepEqual(
      typeProblem(thrown({ code: 'x', summary: 'bad', range }), 'a.b + c'),
      problem('bad', 2, 3),
    );
    assert.deepEqual(typeProblem(thrown({ code: 'x', summary: 'bad' }), 'a.b + c'), problem('bad', 0, 7));
    assert.deepEqual(typeProblem(undefined, 'a.b + c'), problem('the operands do not go together', 0, 7));
  });
});

it('an expression is shown on one line', () => assert.equal(show('a +\n\t b'), "'a + b'"));
