/** What an expression's failure looks like: at check time with an offset in the source, at run time as a Failure. */
import { type Failure, failure } from '../failure.ts';
import { type Json, type JsonObject } from '../json.ts';
import { echoed, onOneLine, redact } from '../redact.ts';
import { type ExpressionProblem, isNode, pathOf, problemAt } from './expression-check.ts';
import { CostExceeded, expressionBudget } from './expression-cost.ts';
import { childOf, noSuchKey } from './scope.ts';

/** Characters, nested brackets and syntax nodes of one expression. */
export const limits = { length: 4096, levels: 64, parts: 1000 } as const;

/** What the errors of the CEL library have in common. */
interface CelError {
  readonly code: string;
  readonly summary: string;
  readonly range?: { readonly start: number; readonly end: number };
  readonly node?: unknown;
}

const isCelError = (error: unknown): error is CelError =>
  error instanceof Error && 'code' in error && 'summary' in error && typeof error.summary === 'string';

export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly code: 'EXPR_EVAL' | 'EXPR_TYPE';
  constructor(what: string, code: 'EXPR_EVAL' | 'EXPR_TYPE') {
    super(what);
    this.code = code;
  }
}

export function evaluationFailure(error: unknown, source: string, context: JsonObject): Failure {
  if (error instanceof CostExceeded || isExhausted(error))
    return failure(
      'EXPR_COST',
      `expression ${show(source)} did more work than is allowed (budget ${expressionBudget} units exceeded); ` +
        'make its lists smaller, or do this work in an agent',
      { details: { expression: source, budget: expressionBudget } },
    );
  if (error instanceof NotJson)
    return failure(
      error.code,
      `expression ${show(source)} gave ${error.message}, expected a JSON value; convert it, e.g. with string() or int()`,
      { details: { expression: source } },
    );
  if (!isCelError(error)) return evalFailure(source, 'the evaluation failed', 0);
  if (error.code === 'no_such_key') {
    const missing = missingKey(error.node, context);
    if (missing !== undefined) return missing;
  }
  return evalFailure(source, plain(error.summary), error.range?.start ?? 0);
}

const evalFailure = (source: string, what: string, offset: number): Failure =>
  failure(
    'EXPR_EVAL',
    `expression ${show(source)} failed at column ${offset + 1}: ${what}; expected operands that go together. ` +
      'Check the types of what it reads, convert with string(), int() or double(), or guard it with has()',
    { details: { expression: source, column: offset + 1, problem: what } },
  );

/** Finds which key of which value was missing, to name the keys that are there. */
function missingKey(node: unknown, context: JsonObject): Failure | undefined {
  if (!isNode(node)) return undefined;
  const segments = pathOf(node, new Set())?.segments.map((segment) => segment.text);
  if (segments === undefined) return undefined;
  let value: Json = context;
  for (const [depth, key] of segments.entries()) {
    const child: Json | undefined = childOf(value, key);
    if (child === undefined) return noSuchKey(segments, depth, value);
    value = child;
  }
  return undefined;
}

export const tooLong = (source: string): ExpressionProblem =>
  problemAt({ start: 0, end: 1 }, 'EXPR_TOO_COMPLEX', `expression of ${source.length} characters`, {
    expected: `at most ${limits.length}`,
    hint: 'compute a part of it in a step of its own',
  });

export function syntaxProblem(error: unknown, source: string): ExpressionProblem {
  if (!isCelError(error))
    return problemAt({ start: 0, end: source.length }, 'EXPR_TOO_COMPLEX', 'expression nests too deep', {
      hint: 'compute a part of it in a step of its own',
    });
  const at = { start: error.range?.start ?? 0, end: error.range?.end ?? 0 };
  if (error.code === 'limit_exceeded')
    return problemAt(at, 'EXPR_TOO_COMPLEX', `expression is too complex: ${plain(error.summary)}`, {
      expected: `at most ${limits.levels} levels and ${limits.parts} parts`,
      hint: 'compute a part of it in a step of its own',
    });
  const reserved = /^Reserved identifier: (\w+)$/.exec(error.summary)?.[1];
  if (reserved === '__proto__' || reserved === 'prototype')
    return problemAt(at, 'EXPR_FORBIDDEN_NAME', `'${reserved}' cannot be read by an expression`);
  return problemAt(at, 'EXPR_SYNTAX', `cannot read the expression: ${plain(error.summary)}`, {
    expected: 'an expression in CEL',
    hint: 'close every bracket and quote; text stands in quotes: steps.a.output.kind == "x"',
  });
}

export function typeProblem(error: unknown, source: string): ExpressionProblem {
  const at = (isCelError(error) ? error.range : undefined) ?? { start: 0, end: source.length };
  const what = isCelError(error) ? plain(error.summary) : 'the operands do not go together';
  return problemAt(at, 'EXPR_EVAL', `this cannot be evaluated: ${what}`, {
    expected: 'operands that go together',
    hint: 'convert one side with string(), int() or double()',
  });
}

/** The library's messages without its inner notation. */
const plain = (text: string): string =>
  onOneLine(redact(text))
    .replace(/dyn<([^<>]+)>/g, '$1')
    .replace(
      /(Expected |got |Unexpected token: )([A-Z]+)/g,
      (_, before: string, token: string) => `${before}${tokens[token] ?? token}`,
    )
    .slice(0, 200);

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end of the expression',
  IDENTIFIER: 'a name',
  LPAREN: "'('",
  RPAREN: "')'",
  LBRACKET: "'['",
  RBRACKET: "']'",
  LBRACE: "'{'",
  RBRACE: "'}'",
  COLON: "':'",
  COMMA: "','",
  DOT: "'.'",
  QUESTION: "'?'",
};

/** Stack or text length at the engine's own limit; other range errors are about values. */
const isExhausted = (error: unknown): boolean =>
  error instanceof RangeError && /call stack|string length|array length/i.test(error.message);

/** One line, cut. */
export function show(text: string): string {
  return `'${echoed(text.replace(/\s+/g, ' '))}'`;
}
