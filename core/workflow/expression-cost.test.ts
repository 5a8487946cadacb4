import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CostExceeded, installMeter, spend, spendDeep } from './expression-cost.ts';

/** A node of a checked tree as the CEL library makes them: `evaluate` gives its value, `handle` works on operands. */
const nodeOf = (op: string, args: unknown, value: unknown = null, alternate?: unknown) => ({
  ...{ op, args, start: 0, end: 1 },
  meta: { evaluate: (): unknown => value, ...(alternate === undefined ? {} : { alternate }) },
  handle: (...operands: readonly unknown[]): readonly unknown[] => operands,
});
type Node = ReturnType<typeof nodeOf>;

/** What it costs to do this to a tree that carries the meter. */
function costOf(root: Node, run: (node: Node) => unknown, left = 1_000_000): number {
  const meter = { left };
  installMeter(root, meter);
  run(root);
  return left - meter.left;
}
const evaluated = (value: unknown): number =>
  costOf(nodeOf('value', value, value), (node) => node.meta.evaluate());
const handled = (op: string, ...operands: readonly unknown[]): number =>
  costOf(nodeOf(op, []), (node) =>
    assert.deepEqual(node.handle(...operands, 2, 3).slice(0, operands.length), operands),
  );

describe('spending', () => {
  it('stops where the budget is used up, not where it is just enough', () => {
    const meter = { left: 3 };
    spend(meter, 3);
    assert.throws(() => spend(meter, 1), CostExceeded);
    assert.throws(() => spend(meter, 1), { name: 'CostExceeded' });
  });

  it('on a value counts its members all the way down, and text by length', () => {
    const cost = (value: unknown) => {
      const meter = { left: 1000 };
      spendDeep(meter, value);
      return 1000 - meter.left;
    };
    assert.deepEqual([7, null, true, 'short', 'x'.repeat(640)].map(cost), [0, 0, 0, 0, 10]);
    assert.equal(cost([1, [2, 3], { a: 'x'.repeat(128) }]), 3 + 2 + 1 + 2);
  });
});

describe('a tree that carries the meter', () => {
  it('pays for every value it gives: one, and more for long text and lists', () => {
    assert.deepEqual([1, 'x', 'x'.repeat(640), Array.from({ length: 80 })].map(evaluated), [1, 1, 11, 11]);
  });

  it('pays for comparisons by what is compared', () => {
    const list = [1, 2, 3];
    for (const op of ['==', '!=', 'in']) assert.equal(handled(op, list, { a: 1 }), 4, op);
    assert.equal(handled('<', list, list), 0);
  });

  it('pays for a loop before its first round', () => {
    assert.equal(handled('comprehension', [1, 2, 3]), 3);
    assert.equal(handled('comprehension', { a: 1, b: 2 }), 2);
    assert.deepEqual(
      [null, 'text'].map((items) => handled('comprehension', items)),
      [0, 0],
    );
    const meter = { left: 2 };
    const loop = nodeOf('comprehension', []);
    let begun = false;
    loop.handle = () => {
      begun = true;
      return [];
    };
    installMeter(loop, meter);
    assert.throws(() => loop.handle([1, 2, 3]), CostExceeded);
    assert.equal(begun, false);
  });

  it('pays for a search in text by both lengths, and for splitting it into signs', () => {
    const text = 'x'.repeat(4096);
    assert.equal(handled('rcall', [text, 'xx']), 2);
    assert.equal(handled('rcall', [text]), 1);
    assert.equal(handled('rcall', [text, 7]), 1);
    assert.equal(handled('rcall', [text, '']), 1 + 1024);
    assert.equal(handled('rcall', [[text], text]), 0);
    assert.equal(handled('rcall', text), 0);
  });

  it('reaches every part: operands, lists of them, other ways through, and the parts of an expanded loop', () => {
    const [operand, listed, part, other, foreign] = [1, 2, 3, 4, 5].map((value) =>
      nodeOf('value', value, value),
    );
    const expanded = { iterable: part, step: 'not a node', context: { of: foreign } };
    const way = nodeOf('map', [[operand, [listed]], expanded, 'text', null]);
    const meter = { left: 100 };
    installMeter(nodeOf('?:', [way, nodeOf('value', 0, 0, other)]), meter);
    for (const node of [operand, listed, part, other]) node?.meta.evaluate();
    assert.equal(meter.left, 96);
    foreign?.meta.evaluate();
    assert.equal(meter.left, 96, 'what the library keeps beside them is no part');
  });

  it('gives no work on operands to what has none', () => {
    for (const op of ['==', 'comprehension', 'rcall']) {
      const node = { ...nodeOf(op, []), handle: undefined };
      installMeter(node, { left: 0 });
      assert.equal(node.handle, undefined, op);
    }
  });

  it('pays once for a part that stands in two places', () => {
    const shared = nodeOf('value', 1, 1);
    const meter = { left: 100 };
    installMeter(nodeOf('+', [shared, shared]), meter);
    shared.meta.evaluate();
    assert.equal(meter.left, 99);
  });
});
