/**
 * A bound on the work of one evaluation, whatever the data.
 * EC1. Every syntax node evaluated costs one unit, and what it makes or compares costs by its size; past the
 *      budget the evaluation stops. A unit is well below 0.2 µs, so that no expression holds a batch up.
 *
 * The CEL library has no such bound. Its nodes look their evaluator up in `meta` once, before the first
 * evaluation, and after type checking: that is where the meter goes in. A test fails if an update of the
 * library (pinned) changes that.
 */
import { isNode, type SyntaxNode } from './expression-check.ts';

export const expressionBudget = 200_000;

export class CostExceeded extends Error {
  override readonly name = 'CostExceeded';
}

// One for all: `all` and `exists` collect errors of single elements, so it may be thrown many times over.
const exceeded = new CostExceeded();

export interface Meter {
  left: number;
}

type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;
type Handle = (first: unknown, second: unknown, third: unknown, fourth: unknown) => unknown;

/** What is used of the library's nodes beyond its published types. */
interface MeteredNode extends SyntaxNode {
  readonly meta: { evaluate: Evaluate; readonly alternate?: MeteredNode };
  handle?: Handle;
}

/** Puts the meter into every node of a checked tree, the expanded loops included. */
export function installMeter(root: SyntaxNode, meter: Meter): void {
  const seen = new Set<object>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (Array.isArray(next)) pending.push(...(next as unknown[]));
    else if (isNode(next)) pending.push(...meterNode(next as MeteredNode, meter));
    // The expansion of a loop keeps its parts (iterable, init, step …) in a plain object, beside the library's own.
    else pending.push(...Object.values(next).filter(isNode));
  }
}

function meterNode(node: MeteredNode, meter: Meter): readonly unknown[] {
  const { meta } = node;
  if (meta.alternate !== undefined) return [meta.alternate];
  const original = meta.evaluate;
  meta.evaluate = (evaluator, self, context) => {
    spend(meter, 1);
    const result = original(evaluator, self, context);
    if (typeof result === 'string') spend(meter, result.length >> 6);
    else if (Array.isArray(result)) spend(meter, result.length >> 3);
    return result;
  };
  const handle = node.handle;
  if (handle !== undefined && comparisons.has(node.op))
    node.handle = (left, right, third, fourth) => {
      spendDeep(meter, left);
      spendDeep(meter, right);
      return handle(left, right, third, fourth);
    };
  // The whole loop is paid for before its first round.
  if (handle !== undefined && node.op === 'comprehension')
    node.handle = (items, second, third, fourth) => {
      spend(meter, sizeOf(items));
      return handle(items, second, third, fourth);
    };
  if (handle !== undefined && node.op === 'rcall')
    node.handle = (values, second, third, fourth) => {
      spendSearch(meter, values);
      return handle(values, second, third, fourth);
    };
  return [node.args];
}

const sizeOf = (items: unknown): number =>
  Array.isArray(items)
    ? items.length
    : typeof items === 'object' && items !== null
      ? Object.keys(items).length
      : 0;

const comparisons = new Set(['==', '!=', 'in']);

export function spend(meter: Meter, units: number): void {
  meter.left -= units;
  if (meter.left < 0) throw exceeded;
}

/** One unit per value in it, and text by length. */
export function spendDeep(meter: Meter, value: unknown): void {
  if (typeof value === 'string') spend(meter, value.length >> 6);
  if (typeof value !== 'object' || value === null) return;
  const members = Array.isArray(value) ? (value as unknown[]) : Object.values(value);
  spend(meter, members.length);
  for (const member of members) spendDeep(meter, member);
}

/** A search in text can take the product of both lengths; splitting makes as many parts as there are signs. */
function spendSearch(meter: Meter, values: unknown): void {
  if (!Array.isArray(values)) return;
  const [subject, other] = values as unknown[];
  if (typeof subject !== 'string') return;
  const length = typeof other === 'string' ? Math.max(1, other.length) : 1;
  spend(meter, Math.ceil((subject.length * length) / 4096) + (other === '' ? subject.length >> 2 : 0));
}
