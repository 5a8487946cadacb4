/**
 * Checks of the steps as a graph.
 * GC1. No step waits for itself, directly or round a circle.
 * GC2. A join never asks for more than can come; a step that can never run is a mistake.
 */
import { type StepDefinition } from './definition.ts';
import { type Report, type Where } from './report.ts';

/** `whereOf`: the place of a step's id, or of one of its fields. */
export function checkGraph(
  steps: readonly StepDefinition[],
  whereOf: (id: string, field?: string) => Where,
  report: Report,
): void {
  const index = new Map(steps.map((step) => [step.id, step]));
  const order = topological(index);
  for (const cycle of cyclesOf(index, order)) {
    const [first = ''] = cycle;
    const path = cycle.length > 12 ? [...cycle.slice(0, 10), '…', first] : [...cycle, first];
    const what =
      cycle.length === 1 ? `step '${first}' needs itself` : `steps need each other: ${path.join(' → ')}`;
    report.add('WF_CYCLE', whereOf(first), what, {
      expected: 'an order in which every step comes after those it needs',
      hint: 'remove one of these references or needs',
    });
  }
  checkJoins(steps, runnable(index, order), whereOf, report);
}

/** Ids in an order that fits `needs`; those in or behind a circle are left out. */
function topological(index: ReadonlyMap<string, StepDefinition>): readonly string[] {
  const open = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const step of index.values()) {
    const needs = step.needs.filter((id) => index.has(id));
    open.set(step.id, needs.length);
    for (const need of needs) {
      const list = dependents.get(need);
      if (list === undefined) dependents.set(need, [step.id]);
      else list.push(step.id);
    }
  }
  const order = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  for (let at = 0; at < order.length; at += 1)
    for (const id of dependents.get(order[at] ?? '') ?? []) {
      const left = (open.get(id) ?? 0) - 1;
      open.set(id, left);
      if (left === 0) order.push(id);
    }
  return order;
}

/** One circle for each knot: going back along needs that are not ordered must come round. */
function cyclesOf(
  index: ReadonlyMap<string, StepDefinition>,
  order: readonly string[],
): readonly (readonly string[])[] {
  const ordered = new Set(order);
  const seen = new Set<string>();
  const cycles: (readonly string[])[] = [];
  for (const start of index.keys()) {
    const trail: string[] = [];
    const onTrail = new Map<string, number>();
    let id: string | undefined = start;
    while (id !== undefined && !ordered.has(id) && !seen.has(id) && !onTrail.has(id)) {
      onTrail.set(id, trail.length);
      trail.push(id);
      id = index.get(id)?.needs.find((need) => index.has(need) && !ordered.has(need));
    }
    const from = id === undefined ? undefined : onTrail.get(id);
    // The trail goes against the order of work; turned round it reads as the work would go.
    if (from !== undefined) cycles.push(startAtFirst(trail.slice(from).reverse(), index));
    for (const one of trail) seen.add(one);
  }
  return cycles;
}

function startAtFirst(
  cycle: readonly string[],
  index: ReadonlyMap<string, StepDefinition>,
): readonly string[] {
  const members = new Set(cycle);
  const first = [...index.keys()].find((id) => members.has(id)) ?? '';
  const at = Math.max(0, cycle.indexOf(first));
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}

/** Steps that may run, as far as constant conditions tell. */
function runnable(index: ReadonlyMap<string, StepDefinition>, order: readonly string[]): ReadonlySet<string> {
  const can = new Set<string>(index.keys());
  for (const id of order) {
    const step = index.get(id);
    if (step === undefined) continue;
    const stopped = step.needs.length > 0 && step.needs.every((need) => index.has(need) && !can.has(need));
    if (step.if?.source === 'false' || stopped) can.delete(id);
  }
  return can;
}

function checkJoins(
  steps: readonly StepDefinition[],
  can: ReadonlySet<string>,
  whereOf: (id: string, field?: string) => Where,
  report: Report,
): void {
  for (const step of steps) {
    const alive = step.needs.filter((need) => can.has(need)).length;
    if (step.join.type === 'atLeast' && step.join.count > alive)
      report.add(
        'WF_JOIN_UNSATISFIABLE',
        whereOf(step.id, 'join'),
        `join asks for ${step.join.count} of ${alive} needed steps that can run`,
        {
          expected: `at most ${alive}`,
          hint: step.needs.length === 0 ? 'remove join, or add needs' : 'lower atLeast',
        },
      );
    else if (step.needs.length > 0 && alive === 0 && step.if?.source !== 'false')
      report.add(
        'WF_UNREACHABLE',
        whereOf(step.id),
        `step '${step.id}' can never run: what it needs never runs`,
        {
          expected: 'at least one needed step that can run',
          hint: `the conditions of ${step.needs.slice(0, 5).join(', ')} are always false`,
        },
      );
  }
}
