import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWorkflow } from './parse.ts';

const head = 'name: shop\nversion: "1.0.0"\nsteps:\n';
/** The problems of steps given as `id: needs…`; `id!` never runs. */
const told = (...steps: readonly string[]): readonly string[] => {
  const lines = steps.map((step) => {
    const [id = '', needs = ''] = step.split(':');
    const condition = id.endsWith('!') ? ', if: "false"' : '';
    return `  ${id.replace('!', '')}: { agent: x, needs: [${needs.trim().split(' ').join(', ')}]${condition} }\n`;
  });
  const parsed = parseWorkflow(head + lines.join(''));
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe('a circle', () => {
  it('is found behind steps that are in order, whichever need is written first', () => {
    const expected = ['steps need each other: c → d → c'];
    assert.deepEqual(told('a:', 'b: a', 'c: b d', 'd: c'), expected);
    assert.deepEqual(told('a:', 'b: a', 'c: d b', 'd: c'), expected);
    assert.deepEqual(told('c: x d', 'x: y', 'y: z', 'z:', 'd: c'), expected);
  });

  it('is told without the steps that only wait for it', () => {
    assert.deepEqual(told('w: a', 'a: b', 'b: c', 'c: a'), ['steps need each other: a → c → b → a']);
  });

  it('is told once, and each one for itself', () => {
    assert.deepEqual(told('a: b', 'b: a', 'c: d', 'd: c', 'e: e'), [
      'steps need each other: a → b → a',
      'steps need each other: c → d → c',
      "step 'e' needs itself",
    ]);
  });

  it('of twelve is told whole', () => {
    const ring = Array.from({ length: 12 }, (_, n) => `s${n}: s${(n + 11) % 12}`);
    const [text = ''] = told(...ring);
    assert.equal(text, `steps need each other: ${[...ring.keys(), 0].map((n) => `s${n}`).join(' → ')}`);
  });
});

describe('a step that can never run', () => {
  const never = (id: string): string => `step '${id}' can never run: what it needs never runs`;

  it('is told, also where what it needs is itself such a step', () => {
    assert.deepEqual(told('a!:', 'b: a', 'c: b', 'd: c'), [never('b'), never('c'), never('d')]);
    assert.deepEqual(told('d: c', 'c: b', 'b: a', 'a!:'), [never('d'), never('c'), never('b')]);
  });

  it('is told however many others wait for the same, and however much one waits for', () => {
    assert.deepEqual(told('a!:', 'b: a', 'c: a', 'd: b', 'e: b c'), ['b', 'c', 'd', 'e'].map(never));
  });

  it('is not one that needs a step with mistakes of its own, nor is a join that counts on it', () => {
    const unread = '  b: [1]\n';
    const problems = (steps: string): readonly string[] => {
      const parsed = parseWorkflow(`${head}${unread}${steps}`);
      return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
    };
    const first = 'expected a mapping, got list';
    assert.deepEqual(problems('  a: { agent: x, needs: [b] }\n'), [first]);
    assert.deepEqual(
      problems('  c: { agent: x }\n  a: { agent: x, needs: [b, c], join: { atLeast: 2 } }\n'),
      [first],
    );
    const behind = '  a: { agent: x, needs: [b], if: "false" }\n  d: { agent: x, needs: [a] }\n';
    assert.deepEqual(problems(behind), [first, never('d')]);
  });

  it('is not one that has another need, or a condition that is false anyway', () => {
    assert.deepEqual(told('a!:', 'b:', 'c: a b', 'd: c'), []);
    assert.deepEqual(told('a!:', 'b!: a'), []);
  });

  it('names five of what it needs', () => {
    const steps = Array.from({ length: 6 }, (_, n) => `  s${n}: { agent: x, if: "false" }\n`).join('');
    const parsed = parseWorkflow(`${head}${steps}  z: { agent: x, needs: [s0, s1, s2, s3, s4, s5] }\n`);
    assert.equal(
      !parsed.ok && parsed.problems[0]?.hint,
      'the conditions of s0, s1, s2, s3, s4 are always false',
    );
  });
});
