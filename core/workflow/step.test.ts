import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDefinition, parseWorkflow } from './parse.ts';
import { toldOf } from './told.fixtures.ts';

const head = 'name: a\nversion: "1.0.0"\nsteps:\n';

const told = (steps: string): readonly string[] => toldOf(parseWorkflow(head + steps));

describe('a step', () => {
  const keysOf = (step: string): readonly string[] => {
    const parsed = parseWorkflow(`${head}  a: ${step}\n`);
    return Object.keys((parsed.ok && parsed.value.steps[0]) || {});
  };

  it('is kept with what it says, and nothing else', () => {
    const always = ['kind', 'id', 'agent', 'needs', 'join'];
    assert.deepEqual(keysOf('{agent: x}'), [...always, 'continueOnError', 'with']);
    assert.deepEqual(keysOf('{agent: x, if: "true", retry: 2, timeout: 1s, deadline: 2s}'), [
      ...[...always, 'if', 'continueOnError', 'with'],
      ...['retry', 'timeoutMs', 'deadlineMs'],
    ]);
  });

  it('has one body: none and two are told where they stand, beside what else is wrong', () => {
    const input = 'expected a mapping, got list; a mapping; write a mapping';
    assert.deepEqual(told('  a: {with: [1]}\n'), [
      "WF_STEP_BODY 4:3 /steps/a step 'a' has no body; exactly one body; add 'agent: <name>'",
      `WF_TYPE 4:13 /steps/a/with ${input}`,
    ]);
    assert.deepEqual(told('  a:\n    agent: x\n    with: [1]\n    approval: {to: o, prompt: p}\n'), [
      `WF_TYPE 6:11 /steps/a/with ${input}`,
      "WF_STEP_BODY 7:5 /steps/a/approval step 'a' has several bodies: agent, approval; exactly one body; make a step of each",
    ]);
  });

  it('that needs an unknown one is told which there are, at most twenty of them', () => {
    const others = Array.from({ length: 20 }, (_, index) => `  other_${index}: {agent: x}\n`).join('');
    const names = Array.from({ length: 19 }, (_, index) => `other_${index}`).join(', ');
    assert.deepEqual(told(`  a: {agent: x, needs: unlike}\n${others}`), [
      `WF_UNKNOWN_STEP 4:24 /steps/a/needs unknown step 'unlike'; a step of this workflow: a, ${names}; correct the id or remove it`,
    ]);
  });

  it('that joins an unknown one is told that once', () => {
    assert.deepEqual(told('  a: {agent: x, needs: unlike, join: any}\n'), [
      "WF_UNKNOWN_STEP 4:24 /steps/a/needs unknown step 'unlike'; a step of this workflow: a; correct the id or remove it",
    ]);
  });
});

it('a stored definition may have ten thousand steps, and no more', () => {
  const codes = (count: number): readonly string[] => {
    const steps = Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, 7]));
    const parsed = parseDefinition({ name: 'a', version: '1.0.0', steps });
    return parsed.ok ? [] : [...new Set(parsed.problems.map(({ code }) => code))];
  };
  assert.deepEqual(codes(10_000), ['WF_TYPE']);
  assert.deepEqual(codes(10_001), ['WF_STEP_COUNT']);
});
