/**
 * Expressions: CEL over the run's values. The only file that knows the CEL library.
 * X1. An expression is checked before any run: names, functions, operand types, size.
 * X2. Evaluation is pure, bounded (EC1), and its result is JSON.
 * X3. JSON numbers and literals mix: arithmetic between them is that of JSON numbers; between two whole-number
 *     literals it is CEL's integer arithmetic.
 * X4. A lone path never goes through CEL: it is a walk over own properties.
 */
import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import { type Failure, failure, type Result } from '../failure.ts';
import { type Json, type JsonObject } from '../json.ts';
import { type Expression } from './definition.ts';
import {
  checkSyntax,
  type ExpressionProblem,
  problemAt,
  type SyntaxNode,
  type Variables,
} from './expression-check.ts';
import { contextOf } from './expression-context.ts';
import { expressionBudget, installMeter, type Meter, spend } from './expression-cost.ts';
import {
  evaluationFailure,
  limits,
  NotJson,
  show,
  syntaxProblem,
  tooLong,
  typeProblem,
} from './expression-failure.ts';
import { type Evaluation, inlined, readPath, type Scope } from './scope.ts';

interface Program {
  run(context: JsonObject): unknown;
  readonly meter: Meter;
}

/** Reads and checks (X1). `offset` in a problem counts from the start of `source`. */
export function parseExpression(source: string, variables: Variables): Result<Expression, ExpressionProblem> {
  const typed = parseTyped(source, variables);
  return typed.ok ? { ok: true, value: typed.value.expression } : typed;
}

/** As `parseExpression`, for places that need true or false: refuses what can only ever be something else. */
export function parseCondition(source: string, variables: Variables): Result<Expression, ExpressionProblem> {
  const typed = parseTyped(source, variables);
  if (!typed.ok) return typed;
  const { type, expression } = typed.value;
  if (type === 'bool' || type === 'dyn') return { ok: true, value: expression };
  const problem = problemAt(
    { start: 0, end: source.length },
    'EXPR_TYPE',
    `condition gives a value of type ${type}`,
    {
      expected: 'a boolean',
      hint: 'compare it with something, e.g. ==',
    },
  );
  return { ok: false, problem };
}

function parseTyped(
  source: string,
  variables: Variables,
): Result<{ readonly expression: Expression; readonly type: string }, ExpressionProblem> {
  if (source.length > limits.length) return { ok: false, problem: tooLong(source) };
  const { environment, functions } = cel();
  try {
    const parsed = environment.parse(source);
    const syntax: SyntaxNode = parsed.ast;
    const checked = checkSyntax(syntax, variables, functions);
    if (!checked.ok) return checked;
    const typed = parsed.check();
    if (!typed.valid) return { ok: false, problem: typeProblem(typed.error, source) };
    return { ok: true, value: { expression: { source, ...checked.value }, type: typed.type ?? 'dyn' } };
  } catch (error) {
    return { ok: false, problem: syntaxProblem(error, source) };
  }
}

/** The value of an expression; a claim check in what it reads is asked for, never guessed. */
export function evaluate(expression: Expression, scope: Scope): Evaluation<Json> {
  const path = expression.isPath ? expression.reads[0] : undefined;
  if (path !== undefined) {
    const read = readPath(scope, path);
    return read.ok ? inlined(read.value, scope.blobs) : read;
  }
  const context = contextOf(expression.reads, scope);
  return context.ok ? runProgram(expression.source, context.value) : context;
}

/** As `evaluate`, for places that need true or false. */
export function evaluateCondition(expression: Expression, scope: Scope): Evaluation<boolean> {
  const result = evaluate(expression, scope);
  if (!result.ok) return result;
  if (typeof result.value === 'boolean') return { ok: true, value: result.value };
  const got = Array.isArray(result.value) ? 'list' : result.value === null ? 'null' : typeof result.value;
  return {
    ok: false,
    problem: failure(
      'EXPR_TYPE',
      `condition ${show(expression.source)} gave a ${got}, expected a boolean; compare it with something, e.g. == or has()`,
      { details: { expression: expression.source, got, expected: 'boolean' } },
    ),
  };
}

// The same few expressions are evaluated for every run: a bounded memory, oldest out first.
const programs = new Map<string, Program>();
const mostPrograms = 2000;

function runProgram(source: string, context: JsonObject): Evaluation<Json> {
  const program = programOf(source);
  if ('code' in program) return { ok: false, problem: program };
  program.meter.left = expressionBudget;
  try {
    // CEL's `||` and `&&` forgive an error on one side; that the budget is used up is not theirs to forgive: `toJson`
    // spends first of all, and throws again.
    return { ok: true, value: toJson(program.run(context), program.meter) };
  } catch (error) {
    return { ok: false, problem: evaluationFailure(error, source, context) };
  }
}

function programOf(source: string): Program | Failure {
  const known = programs.get(source);
  if (known !== undefined) return known;
  try {
    const parsed = cel().environment.parse(source);
    const meter = { left: 0 };
    // Type checking first: it gives the nodes their handlers, which the meter then wraps.
    const typed = parsed.check();
    if (!typed.valid) return evaluationFailure(typed.error, source, {});
    installMeter(parsed.ast, meter);
    const program: Program = { run: (context) => parsed(context) as unknown, meter };
    const oldest = programs.size >= mostPrograms ? programs.keys().next().value : undefined;
    if (oldest !== undefined) programs.delete(oldest);
    programs.set(source, program);
    return program;
  } catch (error) {
    return evaluationFailure(error, source, {});
  }
}

/** CEL's own values become JSON: whole numbers if exact, timestamps as ISO text; what has no JSON form is refused. */
function toJson(value: unknown, meter: Meter): Json {
  spend(meter, 1);
  switch (typeof value) {
    case 'string':
      spend(meter, value.length >> 6);
      return value;
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotJson(`the number ${value}`, 'EXPR_EVAL');
      return value;
    case 'bigint':
      if (!Number.isSafeInteger(Number(value))) throw new NotJson('a whole number beyond 2^53', 'EXPR_EVAL');
      return Number(value);
    case 'object':
      return objectToJson(value, meter);
    case 'undefined':
    case 'symbol':
    case 'function':
      throw new NotJson(`a ${typeof value}`, 'EXPR_TYPE');
  }
}

function objectToJson(value: object | null, meter: Meter): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item: unknown) => toJson(item, meter));
  if (value instanceof Date) return value.toISOString();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new NotJson('a type, bytes or duration', 'EXPR_TYPE');
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member, meter)]));
}

interface Cel {
  readonly environment: Environment;
  readonly functions: ReadonlySet<string>;
}
let made: Cel | undefined;

/** Made at the first use, so that a process that evaluates nothing does not pay for it. */
const cel = (): Cel => (made ??= createCel());

function createCel(): Cel {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: limits.parts, maxDepth: limits.levels, maxListElements: 500, maxMapEntries: 500 },
  });
  for (const name of ['inputs', 'steps', 'run']) environment.registerVariable(name, 'dyn');
  for (const [left, right] of [
    ['int', 'double'],
    ['double', 'int'],
  ] as const)
    for (const [operator, compute] of mixedArithmetic)
      environment.registerOperator(`${left} ${operator} ${right}: double`, compute);
  environment.registerOperator('double % double: double', remainder);
  const names = environment.getDefinitions().functions.map((definition) => definition.name);
  // `cel.bind` would let a list double itself again and again; nothing needs it here.
  return { environment, functions: new Set(names.filter((name) => name !== 'bind')) };
}

type Arithmetic = (left: number | bigint, right: number | bigint) => number;

const remainder: Arithmetic = (left, right) => Number(left) % divisor(right);

// X3. `double / double` is the library's own; it gives Infinity for a zero divisor, which `toJson` refuses.
const mixedArithmetic: readonly (readonly [string, Arithmetic])[] = [
  ['+', (left, right) => Number(left) + Number(right)],
  ['-', (left, right) => Number(left) - Number(right)],
  ['*', (left, right) => Number(left) * Number(right)],
  ['/', (left, right) => Number(left) / divisor(right)],
  ['%', remainder],
];

function divisor(value: number | bigint): number {
  if (Number(value) === 0) throw new EvaluationError('division by zero');
  return Number(value);
}
