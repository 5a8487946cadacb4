/** Expressions and templates as fields of a file: their problems get their places in it. */
import { type Result } from '../failure.ts';
import { type Expression, type Template } from './definition.ts';
import { parseCondition, parseExpression } from './expression.ts';
import { type ExpressionProblem, type Variables } from './expression-check.ts';
import { wrongType } from './field.ts';
import { type Report, type Where } from './report.ts';
import { pointerSegments } from './scope.ts';
import { jsonOf, nodeAt, type ScalarNode, type SourceNode } from './source-node.ts';
import { closingBraces, parseTemplate } from './template.ts';

/** A bare expression, or the same in `${{ }}`; `true` and `false` as YAML writes them are expressions too. */
export function expressionOf(
  node: SourceNode | undefined,
  kind: 'condition' | 'value',
  variables: Variables,
  report: Report,
): Expression | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar' || (typeof node.value !== 'string' && typeof node.value !== 'boolean'))
    return wrongType(node, 'an expression', report, "put it in quotes: if: 'steps.a.output.ok'");
  const { source, offset } = unwrapped(String(node.value));
  const parsed: Result<Expression, ExpressionProblem> = (
    kind === 'condition' ? parseCondition : parseExpression
  )(source, variables);
  if (parsed.ok) return parsed.value;
  addExpressionProblem(parsed.problem, node, offset, report);
  return undefined;
}

function unwrapped(text: string): { readonly source: string; readonly offset: number } {
  const start = text.length - text.trimStart().length;
  const trimmed = text.trim();
  const close = trimmed.startsWith('${{') ? closingBraces(trimmed, 3) : undefined;
  if (close !== trimmed.length - 2) return { source: trimmed, offset: start };
  const inner = trimmed.slice(3, -2);
  return { source: inner.trim(), offset: start + 3 + inner.length - inner.trimStart().length };
}

export function templateOf(node: SourceNode, variables: Variables, report: Report): Template {
  const { template, problems } = parseTemplate(jsonOf(node), variables);
  for (const problem of problems) {
    const place = nodeAt(node, pointerSegments(problem.path));
    if (place.kind === 'scalar') addExpressionProblem(problem, place, 0, report);
    else addAt(problem, place, report);
  }
  return template;
}

export const addExpressionProblem = (
  problem: ExpressionProblem,
  node: ScalarNode,
  offset: number,
  report: Report,
): void =>
  addAt(problem, { at: node.locate(offset + problem.offset, problem.length), path: node.path }, report);

const addAt = (problem: ExpressionProblem, where: Where, report: Report): void =>
  report.add(problem.code, where, problem.message, problem);
