/**
 * Static check of an expression's syntax tree against what is declared.
 * XC1. `steps` and `run` are only ever read through a declared field: what an expression depends on is known
 *      before it runs.   XC2. Names that reach behind the data are refused wherever they stand.
 * XC3. A path into a value whose schema says for certain that nothing is there is refused, in `has()` as well: it
 *      would always give false.
 */
import { type JsonObject } from '../json.ts';
import { echoed } from '../redact.ts';
import { nearest } from './nearest.ts';
import { type ProblemCode } from './problem.ts';
import { missingMember } from './schema-members.ts';

/** The part of the CEL library's syntax tree that is read here; `start` and `end` are offsets in the source. */
export interface SyntaxNode {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

/** What an expression may name. */
export interface Variables {
  readonly inputs: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** JSON Schemas of values, where they are known and are to be held against what is read of them. */
  readonly inputSchema?: (name: string) => JsonObject | undefined;
  readonly outputSchema?: (step: string) => JsonObject | undefined;
}

export interface ExpressionProblem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Offset and length in the source, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
  readonly expected?: string;
  readonly hint?: string;
}

export interface StaticFacts {
  readonly reads: readonly (readonly string[])[];
  readonly isPath: boolean;
}

export const deepestComprehension = 3;
const forbiddenAnywhere = new Set(['constructor', '__proto__', 'prototype']);
const forbiddenRoots = new Set(['secrets', 'secret', 'env', 'process', 'globalThis', 'tenant', 'tenants']);
const roots = ['inputs', 'steps', 'run'];
const stepFields = ['output', 'status', 'error', 'attempts'];
const runFields = ['id', 'startedAt'];
const typeNames = new Set('bool bytes double dyn int list map null_type string type uint'.split(' '));
const laterRoots = new Set(['item', 'index', 'previous', 'event', 'error']);
const loops = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);

interface Walk {
  readonly variables: Variables;
  readonly functions: ReadonlySet<string>;
  readonly reads: Map<string, readonly string[]>;
}
interface Place {
  readonly locals: ReadonlySet<string>;
  readonly loopsAround: number;
}
interface Segment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
interface StaticPath {
  readonly segments: readonly [Segment, ...Segment[]];
}

/** Throws nothing: the first problem, or what the expression reads. */
export function checkSyntax(
  node: SyntaxNode,
  variables: Variables,
  functions: ReadonlySet<string>,
):
  | { readonly ok: true; readonly value: StaticFacts }
  | { readonly ok: false; readonly problem: ExpressionProblem } {
  const walk: Walk = { variables, functions, reads: new Map() };
  const problem = visit(node, { locals: new Set(), loopsAround: 0 }, walk);
  if (problem !== undefined) return { ok: false, problem };
  const isPath = pathOf(node, new Set()) !== undefined;
  return { ok: true, value: { reads: [...walk.reads.values()], isPath } };
}

function visit(node: SyntaxNode, place: Place, walk: Walk): ExpressionProblem | undefined {
  const path = pathOf(node, place.locals);
  if (path !== undefined) return visitPath(path, walk);
  switch (node.op) {
    case '.': {
      const [receiver, name] = node.args as [SyntaxNode, string];
      return forbidden(name, node) ?? visit(receiver, place, walk);
    }
    case '[]': {
      const [receiver, index] = node.args as [SyntaxNode, SyntaxNode];
      return (
        (index.op === 'value' ? forbidden(String(index.args), index) : undefined) ??
        visit(receiver, place, walk) ??
        visit(index, place, walk)
      );
    }
    case 'call': {
      const [name, args] = node.args as [string, readonly SyntaxNode[]];
      return checkFunction(name, node.start, walk) ?? visitAll(args, place, walk);
    }
    case 'rcall':
      return visitMethod(node, place, walk);
    case 'map':
      return visitAll((node.args as readonly (readonly SyntaxNode[])[]).flat(), place, walk);
    default: // an operator over others, or a literal or a loop's variable, which hold none
      return visitAll(Array.isArray(node.args) ? node.args : [node.args], place, walk);
  }
}

function visitAll(nodes: readonly unknown[], place: Place, walk: Walk): ExpressionProblem | undefined {
  for (const node of nodes) {
    const problem = isNode(node) ? visit(node, place, walk) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function visitMethod(node: SyntaxNode, place: Place, walk: Walk): ExpressionProblem | undefined {
  const [name, receiver, args] = node.args as [string, SyntaxNode, readonly SyntaxNode[]];
  const [first, second] = args;
  const inner =
    loops.has(name) && first?.op === 'id' && second !== undefined
      ? { locals: new Set([...place.locals, String(first.args)]), loopsAround: place.loopsAround + 1 }
      : place;
  if (inner.loopsAround > deepestComprehension)
    return problemAt(node, 'EXPR_TOO_COMPLEX', `loops nest ${inner.loopsAround} deep`, {
      expected: `at most ${deepestComprehension}`,
      hint: 'compute a part of it in a step of its own',
    });
  return (
    checkFunction(name, receiver.end + 1, walk) ?? visit(receiver, place, walk) ?? visitAll(args, inner, walk)
  );
}

function checkFunction(name: string, start: number, walk: Walk): ExpressionProblem | undefined {
  const at = { start, end: start + name.length };
  if (name === 'matches')
    return problemAt(at, 'EXPR_REGEX_UNSAFE', 'matches() is not available: some patterns never end', {
      expected: 'a plain text function',
      hint: 'use ==, contains(), startsWith() or endsWith(), or check the text in an agent',
    });
  if (walk.functions.has(name)) return undefined;
  const near = nearest(name, walk.functions);
  return problemAt(at, 'EXPR_UNKNOWN_NAME', `unknown function '${echoed(name)}'`, {
    expected: 'a function of CEL',
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
  });
}

/** `a.b["c"][0]` down to a variable: every segment known without running anything. */
export function pathOf(node: SyntaxNode, locals: ReadonlySet<string>): StaticPath | undefined {
  if (node.op === 'id') {
    const name = String(node.args);
    if (locals.has(name) || typeNames.has(name)) return undefined;
    return { segments: [{ text: name, start: node.start, end: node.end }] };
  }
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [receiver, key] = node.args as [SyntaxNode, SyntaxNode | string];
  const text = typeof key === 'string' ? key : literalKey(key);
  if (text === undefined) return undefined;
  const before = pathOf(receiver, locals);
  if (before === undefined) return undefined;
  const [start, end] = typeof key === 'string' ? [node.end - key.length, node.end] : [key.start, key.end];
  return { segments: [...before.segments, { text, start, end }] };
}

function literalKey(node: SyntaxNode): string | undefined {
  if (node.op !== 'value') return undefined;
  return typeof node.args === 'string' || typeof node.args === 'bigint' ? String(node.args) : undefined;
}

function visitPath(path: StaticPath, walk: Walk): ExpressionProblem | undefined {
  for (const segment of path.segments) {
    const problem = forbidden(segment.text, segment);
    if (problem !== undefined) return problem;
  }
  const problem = checkRoot(path, walk.variables);
  if (problem !== undefined) return problem;
  const segments = path.segments.map((segment) => segment.text);
  walk.reads.set(JSON.stringify(segments), segments);
  return undefined;
}

function checkRoot({ segments }: StaticPath, variables: Variables): ExpressionProblem | undefined {
  const [root, second, third] = segments;
  switch (root.text) {
    case 'inputs':
      if (second === undefined) return undefined;
      return variables.inputs.has(second.text)
        ? checkMembers(segments, 2, variables.inputSchema?.(second.text))
        : unknown(second, 'input', variables.inputs, 'declare it under inputs');
    case 'run':
      return second !== undefined && runFields.includes(second.text)
        ? undefined
        : unknown(second ?? root, 'field of run', runFields, 'write run.id or run.startedAt');
    case 'steps':
      if (second === undefined) return unknown(root, 'use of steps', [], 'write steps.<id>.output');
      if (!variables.steps.has(second.text)) return unknown(second, 'step', variables.steps);
      if (third?.text === 'output') return checkMembers(segments, 3, variables.outputSchema?.(second.text));
      return third !== undefined && stepFields.includes(third.text)
        ? undefined
        : unknown(third ?? second, 'field of a step', stepFields, `write steps.${second.text}.output`);
    default:
      return unknownRoot(root);
  }
}

/** XC3. `schema` is that of what the first `depth` segments lead to. */
function checkMembers(
  segments: StaticPath['segments'],
  depth: number,
  schema: JsonObject | undefined,
): ExpressionProblem | undefined {
  const texts = segments.map((segment) => segment.text);
  const missing = schema && missingMember(schema, texts.slice(depth));
  if (missing === undefined) return undefined;
  const { index, known, inList } = missing;
  const before = echoed(texts.slice(0, depth + index).join('.'));
  const hint = known.length > 0 ? 'take a key that is there' : `write ${inList ? `${before}[0]` : before}`;
  const problem = unknown(segments[depth + index] ?? segments[0], `key of ${before}`, known, hint);
  return { expected: inList ? 'the number of an item' : 'no key: it has none', ...problem };
}

function unknownRoot(root: Segment): ExpressionProblem {
  if (forbiddenRoots.has(root.text))
    return problemAt(root, 'EXPR_FORBIDDEN_NAME', `'${root.text}' cannot be read by an expression`, {
      expected: roots.join(', '),
      hint: 'a secret travels by name: {secretRef: NAME} in `with`; settings come in as inputs',
    });
  if (laterRoots.has(root.text))
    return problemAt(root, 'EXPR_UNKNOWN_NAME', `'${root.text}' has no meaning in this place`, {
      expected: roots.join(', '),
      hint: 'read inputs.<name> or steps.<id>.output',
    });
  return unknown(root, 'name', roots);
}

type Extra = { readonly expected?: string; readonly hint?: string };

function unknown(
  segment: Segment,
  what: string,
  known: Iterable<string>,
  otherwise?: string,
): ExpressionProblem {
  const near = nearest(segment.text, known);
  const names = [...known].slice(0, 20).join(', ');
  const hint = near === undefined ? otherwise : `did you mean '${near}'?`;
  return problemAt(segment, 'EXPR_UNKNOWN_NAME', `unknown ${what} '${echoed(segment.text)}'`, {
    ...(names === '' ? {} : { expected: names }),
    ...(hint === undefined ? {} : { hint }),
  });
}

const forbidden = (name: string, at: { start: number; end: number }): ExpressionProblem | undefined =>
  forbiddenAnywhere.has(name)
    ? problemAt(at, 'EXPR_FORBIDDEN_NAME', `'${name}' cannot be read by an expression`, {
        expected: 'a key of the data',
        hint: 'rename the key where the data is made',
      })
    : undefined;

export const problemAt = (
  at: { readonly start: number; readonly end: number },
  code: ProblemCode,
  message: string,
  extra: Extra = {},
): ExpressionProblem => ({
  code,
  message,
  offset: at.start,
  length: Math.max(1, at.end - at.start),
  ...extra,
});

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
