/**
 * Checks of the steps as a graph.
 * GC1. No step waits for itself, directly or round a circle.
 * GC2. A join never asks for more than can come; a step that can never run is a mistake.
 */
import { type StepDefinition } from './definition.ts';
import { levelsOf } from './graph.ts';
import { type Report, type Where } from './report.ts';

/** `whereOf`: the place of a step's id, or of one of its fields. */
export function checkGraph(
  steps: readonly StepDefinition[],
  whereOf: (id: string, field?: string) => Where,
  report: Report,
): void {
  const order = levelsOf(steps).flat();
  for (const cycle of cyclesOf(steps, new Set(order))) {
    const [first = ''] = cycle;
    const path = cycle.length > 12 ? [...cycle.slice(0, 10), '…', first] : [...cycle, first];
    const what =
      cycle.length === 1 ? `step '${first}' needs itself` : `steps need each other: ${path.join(' → ')}`;
    report.add('WF_CYCLE', whereOf(first), what, {
      expected: 'an order in which every step comes after those it needs',
      hint: 'remove one of these references or needs',
    });
  }
  checkJoins(steps, neverRun(order), whereOf, report);
}

/** One circle for each knot: going back along needs that are not ordered must come round. */
function cyclesOf(
  steps: readonly StepDefinition[],
  ordered: ReadonlySet<StepDefinition>,
): readonly (readonly string[])[] {
  const knotted = new Map(steps.filter((step) => !ordered.has(step)).map((step) => [step.id, step]));
  const seen = new Set<StepDefinition>();
  const cycles: (readonly string[])[] = [];
  for (const start of knotted.values()) {
    const trail: string[] = [];
    let step = start;
    while (!seen.has(step)) {
      seen.add(step);
      trail.push(step.id);
      step = knotted.get(step.needs.find((need) => knotted.has(need)) ?? '') ?? step;
    }
    const from = trail.indexOf(step.id);
    // The trail goes against the order of work; turned round it reads as the work would go.
    if (from >= 0) cycles.push(startAtFirst(trail.slice(from).reverse(), knotted));
  }
  return cycles;
}

function startAtFirst(
  cycle: readonly string[],
  knotted: ReadonlyMap<string, StepDefinition>,
): readonly string[] {
  const members = new Set(cycle);
  const first = [...knotted.keys()].find((id) => members.has(id)) ?? '';
  const at = Math.max(0, cycle.indexOf(first));
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}

/** Steps that cannot run, as far as constant conditions tell. What is needed and was not read might. */
function neverRun(order: readonly StepDefinition[]): ReadonlySet<string> {
  const never = new Set<string>();
  for (const { id, needs, if: condition } of order) {
    const stopped = needs.length > 0 && needs.every((need) => never.has(need));
    if (condition?.source === 'false' || stopped) never.add(id);
  }
  return never;
}

function checkJoins(
  steps: readonly StepDefinition[],
  never: ReadonlySet<string>,
  whereOf: (id: string, field?: string) => Where,
  report: Report,
): void {
  for (const step of steps) {
    const alive = step.needs.filter((need) => !never.has(need)).length;
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
