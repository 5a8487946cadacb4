/** One step of a workflow file. */
import { patterns } from '../ids.ts';
import { type JsonObject } from '../json.ts';
import { type KnownAgents, parseAgentRef } from './agent-ref.ts';
import { idHint } from './id-hint.ts';
import { type StepDefinition, type Template } from './definition.ts';
import { booleanOf, durationOf, mapOf, takeField, textsOf, wrongType } from './field.ts';
import { parseApproval, refuseAgentWords } from './approval.ts';
import { bodyWords, checkWords, stepWords } from './language.ts';
import { nearest } from './nearest.ts';
import { quote } from './problem.ts';
import { expressionOf, templateOf } from './placed-expression.ts';
import { didYouMean, enoughProblems, type Report, type Where } from './report.ts';
import { parseJoin, parseRetry } from './retry.ts';
import { fieldOf, type MapEntry, type MapNode, type SourceNode } from './source-node.ts';
import { templateReads } from './template.ts';
import { type Variables } from './expression-check.ts';

export interface StepContext {
  readonly variables: Variables;
  /** Step ids in the order of the file. */
  readonly order: ReadonlyMap<string, number>;
  readonly agents: KnownAgents | undefined;
  readonly report: Report;
}

/** `undefined` where what is missing makes the step useless to later checks. */
export function parseStep(entry: MapEntry, context: StepContext): StepDefinition | undefined {
  const { report } = context;
  checkStepId(entry, report);
  const node = mapOf(entry.value, report);
  if (node === undefined) return undefined;
  checkWords(node, stepWords, `step ${quote(entry.key)}`, report);
  checkBody(node, entry, report);
  const approval = takeField(node, 'approval', report);
  return approval === undefined || fieldOf(node, 'agent') !== undefined
    ? agentStep(entry.key, node, context)
    : approvalStep(entry.key, node, approval, context);
}

function agentStep(id: string, node: MapNode, context: StepContext): StepDefinition {
  const { report } = context;
  const agent = parseAgentRef(takeField(node, 'agent', report), context.agents, report);
  const input = parseWith(takeField(node, 'with', report), context);
  const retry = parseRetry(takeField(node, 'retry', report), report);
  const timeoutMs = durationOf(takeField(node, 'timeout', report), report);
  const deadlineMs = durationOf(takeField(node, 'deadline', report), report);
  return {
    kind: 'agent',
    id,
    agent: agent ?? { name: '' },
    ...orderOf(node, templateReads(input), context),
    with: input,
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  };
}

function approvalStep(
  id: string,
  node: MapNode,
  body: SourceNode,
  context: StepContext,
): StepDefinition | undefined {
  refuseAgentWords(id, node, context.report);
  const approval = parseApproval(body, context.variables, context.report);
  if (approval === undefined) return undefined;
  return { kind: 'approval', id, ...orderOf(node, templateReads(approval.prompt), context), ...approval };
}

/** When the step goes, and what its failure does: the same for every body. */
function orderOf(node: MapNode, reads: readonly (readonly string[])[], context: StepContext) {
  const { report, variables } = context;
  const condition = expressionOf(takeField(node, 'if', report), 'condition', variables, report);
  return {
    needs: needsOf(node, [...(condition?.reads ?? []), ...reads], context),
    join: parseJoin(takeField(node, 'join', report), report),
    ...(condition === undefined ? {} : { if: condition }),
    continueOnError: booleanOf(takeField(node, 'continueOnError', report), report) ?? false,
  };
}

function checkStepId(entry: MapEntry, report: Report): void {
  if (patterns.stepId.test(entry.key)) return;
  report.add('WF_STEP_ID', { at: entry.keyAt, path: entry.value.path }, `step id ${quote(entry.key)}`, {
    expected: 'letters, digits and _, not beginning with a digit, at most 64',
    hint: idHint(entry.key, 'id'),
  });
}

function checkBody(node: MapNode, entry: MapEntry, report: Report): void {
  const bodies = node.entries.filter((field) => Object.hasOwn(bodyWords, field.key));
  if (bodies.length === 1) return;
  const second = bodies[1];
  const where: Where = {
    at: second === undefined ? entry.keyAt : second.keyAt,
    path: second === undefined ? node.path : second.value.path,
  };
  const names = bodies.map((field) => field.key).join(', ');
  report.add(
    'WF_STEP_BODY',
    where,
    second === undefined
      ? `step ${quote(entry.key)} has no body`
      : `step ${quote(entry.key)} has several bodies: ${names}`,
    {
      expected: 'exactly one body',
      hint: second === undefined ? "add 'agent: <name>'" : 'make a step of each',
    },
  );
}

const noInput: Template = { kind: 'literal', value: {} satisfies JsonObject };

function parseWith(node: SourceNode | undefined, context: StepContext): Template {
  if (node === undefined) return noInput;
  if (node.kind === 'list' || (node.kind === 'scalar' && typeof node.value !== 'string')) {
    wrongType(node, 'a mapping', context.report);
    return noInput;
  }
  const template = templateOf(node, context.variables, context.report);
  if (node.kind === 'scalar' && template.kind === 'literal')
    wrongType(node, 'a mapping or one ${{ }}', context.report, 'with: { <name>: <value> }');
  return template;
}

/** Written `needs` and the steps that expressions read, without repeats, in the order of the file. */
function needsOf(
  node: MapNode,
  reads: readonly (readonly string[])[],
  context: StepContext,
): readonly string[] {
  const needs = new Set<string>();
  for (const need of textsOf(takeField(node, 'needs', context.report), context.report)) {
    // Looking for the nearest of thousands of ids, for thousands of wrong ones, would take seconds.
    if (context.report.problems.length >= enoughProblems) break;
    // Kept where there is no such step, too: other checks would count one need less, and tell a second mistake.
    needs.add(need.value);
    if (!context.order.has(need.value))
      context.report.add('WF_UNKNOWN_STEP', need, `unknown step ${quote(need.value)}`, {
        expected: `a step of this workflow: ${[...context.order.keys()].slice(0, 20).join(', ')}`,
        ...didYouMean(nearest(need.value, context.order.keys()), 'correct the id or remove it'),
      });
  }
  for (const [root, id] of reads) if (root === 'steps' && id !== undefined) needs.add(id);
  return [...needs].sort((a, b) => (context.order.get(a) ?? 0) - (context.order.get(b) ?? 0));
}
