/**
 * A definition's steps as a graph: looked up, ordered and drawn.
 * G1. `order` fits `needs`, and among steps that could go at once keeps the order of the file.
 * G2. Computed once for a definition object.
 */
import { isJsonObject, type Json } from '../json.ts';
import { type AgentStep, type Definition, type StepDefinition } from './definition.ts';
import { isList } from './scope.ts';
import { templateReads } from './template.ts';

export interface Graph {
  readonly index: ReadonlyMap<string, StepDefinition>;
  /** The steps that need a step, in the order of the file; every id is a key. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
  /** Steps that need none, in the order of the file. */
  readonly roots: readonly string[];
  /** Topological; stable. */
  readonly order: readonly string[];
}

const graphs = new WeakMap<Definition, Graph>();

export function graphOf(definition: Definition): Graph {
  const known = graphs.get(definition);
  if (known !== undefined) return known;
  const graph = build(definition.steps);
  graphs.set(definition, graph);
  return graph;
}

function build(steps: readonly StepDefinition[]): Graph {
  const index = new Map(steps.map((step) => [step.id, step]));
  const dependents = new Map(
    [...dependentsOf(steps)].map(([id, dependents]) => [id, dependents.map((step) => step.id)]),
  );
  const roots = steps.filter((step) => step.needs.length === 0).map((step) => step.id);
  return {
    index,
    dependents,
    roots,
    order: levelsOf(steps)
      .flat()
      .map((step) => step.id),
  };
}

function dependentsOf(steps: readonly StepDefinition[]): ReadonlyMap<string, readonly StepDefinition[]> {
  const dependents = new Map<string, StepDefinition[]>(steps.map((step) => [step.id, []]));
  for (const step of steps) for (const need of step.needs) dependents.get(need)?.push(step);
  return dependents;
}

export const agentSteps = ({ steps }: Pick<Definition, 'steps'>): readonly AgentStep[] =>
  steps.filter((step) => step.kind === 'agent');

/**
 * Steps that could go at once stand in one level, each level in the order of the file. Steps in or behind a circle
 * stand in none; a need that is no step holds none up.
 */
export function levelsOf(steps: readonly StepDefinition[]): readonly (readonly StepDefinition[])[] {
  const position = new Map(steps.map((step, at) => [step, at]));
  const dependents = dependentsOf(steps);
  const open = new Map(steps.map((step) => [step, step.needs.filter((need) => dependents.has(need)).length]));
  const levels: (readonly StepDefinition[])[] = [];
  let level = steps.filter((step) => open.get(step) === 0);
  while (level.length > 0) {
    levels.push(level);
    const next: StepDefinition[] = [];
    for (const { id } of level)
      for (const dependent of dependents.get(id) ?? []) {
        const left = (open.get(dependent) ?? 0) - 1;
        open.set(dependent, left);
        if (left === 0) next.push(dependent);
      }
    level = next.sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0));
  }
  return levels;
}

/** A Mermaid flowchart: a full arrow where `needs` says so, a dotted one where an expression does. */
export function mermaid(definition: Definition): string {
  const lines = ['flowchart TD'];
  for (const step of definition.steps) {
    const condition = step.if === undefined ? '' : `<br/>if ${label(step.if.source)}`;
    // The prefix keeps ids such as `end` from being read as words of Mermaid.
    lines.push(`  s_${step.id}["${label(step.id)}<br/>${label(bodyText(step))}${condition}"]`);
  }
  for (const step of definition.steps) {
    const explicit = explicitNeeds(definition, step.id);
    for (const need of step.needs)
      lines.push(`  s_${need} ${explicit.has(need) ? '-->' : '-.->'} s_${step.id}`);
  }
  return `${lines.join('\n')}\n`;
}

const label = (text: string): string =>
  (text.length > 60 ? `${text.slice(0, 59)}…` : text)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** The order of work for people: levels, and for each step its agent, needs, condition and limits. */
export function planText(definition: Definition): string {
  const lines = [`${definition.name} ${definition.version}`];
  for (const [at, level] of levelsOf(definition.steps).entries()) {
    lines.push('', `${at + 1}.${level.length > 1 ? ' at once' : ''}`);
    for (const step of level) lines.push(...stepText(definition, step));
  }
  const outputs = templateReads(definition.outputs).map((path) => path.join('.'));
  lines.push('', outputs.length === 0 ? 'outputs: none' : `outputs from ${[...new Set(outputs)].join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function stepText(definition: Definition, step: StepDefinition): readonly string[] {
  const lines = [`   ${step.id}  ${step.kind === 'agent' ? 'agent ' : ''}${bodyText(step)}`];
  const explicit = explicitNeeds(definition, step.id);
  const needs = step.needs.map((need) => `${need} (${explicit.has(need) ? 'explicit' : 'inferred'})`);
  if (needs.length > 0) lines.push(`      needs ${needs.join(', ')}`);
  if (step.join.type === 'atLeast')
    lines.push(`      join at least ${step.join.count}${step.join.cancelRest ? ', cancel the rest' : ''}`);
  if (step.if !== undefined) lines.push(`      if ${step.if.source}`);
  const limits = [...limitsOf(step), ...(step.continueOnError ? ['continues on error'] : [])];
  if (limits.length > 0) lines.push(`      ${limits.join(', ')}`);
  return lines;
}

function limitsOf(step: StepDefinition): readonly string[] {
  if (step.kind === 'approval') return [`timeout ${durationText(step.timeoutMs)}, then ${step.onTimeout}`];
  return [
    ...(step.timeoutMs === undefined ? [] : [`timeout ${durationText(step.timeoutMs)}`]),
    ...(step.deadlineMs === undefined ? [] : [`deadline ${durationText(step.deadlineMs)}`]),
    ...(step.retry === undefined ? [] : [`up to ${step.retry.max} attempts`]),
  ];
}

function bodyText(step: StepDefinition): string {
  if (step.kind === 'approval') return `approval by ${step.to.join(', ')}`;
  return step.agent.range === undefined ? step.agent.name : `${step.agent.name}@${step.agent.range}`;
}

export function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const)
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}

/** What the file's own `needs` names; the rest of a step's needs follows from its expressions. */
function explicitNeeds(definition: Definition, id: string): ReadonlySet<Json> {
  const steps = definition.source['steps'];
  const step = isJsonObject(steps) ? steps[id] : undefined;
  const needs = (isJsonObject(step) ? step['needs'] : undefined) ?? null;
  return new Set(isList(needs) ? needs : [needs]);
}
