import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { approvalOutput } from './approval.ts';
import { type ApprovalStep } from './definition.ts';
import { workflowFileSchema } from './file-schema.ts';
import { mermaid, planText } from './graph.ts';
import { compileSchema } from './json-schema.ts';
import { parseDefinition, parseWorkflow } from './parse.ts';

const head = 'name: shop\nversion: "1.0.0"\n';
const text = (approval: string, beside = '') =>
  `${head}inputs: { n: number }\nsteps:\n  draft: { agent: x }\n  ok:\n    approval: ${approval}\n${beside}`;

function stepOf(approval: string, beside = ''): ApprovalStep {
  const result = parseWorkflow(text(approval, beside));
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problems));
  const again = parseDefinition(result.value.source);
  assert.deepEqual(again, { ok: true, value: result.value }, 'WP3');
  const step = result.value.steps.find(({ id }) => id === 'ok');
  assert.ok(step?.kind === 'approval');
  return step;
}

function problemsOf(approval: string, beside = ''): readonly string[] {
  const result = parseWorkflow(text(approval, beside));
  assert.ok(!result.ok, 'it was accepted');
  return result.problems.map(({ code, message, hint }) => `${code}: ${message} (${hint ?? ''})`);
}

describe('an approval', () => {
  it('says who decides what; a week is waited for, then the step fails', () => {
    const step = stepOf('{ to: owner, prompt: Go? }');
    assert.deepEqual(step.to, ['owner']);
    assert.deepEqual(step.prompt, { kind: 'literal', value: 'Go?' });
    assert.equal(step.timeoutMs, 7 * 86_400_000);
    assert.equal(step.onTimeout, 'fail');
    assert.equal(step.continueOnError, false);
  });

  it('takes several who may decide, a time of its own and what happens then', () => {
    const step = stepOf('{ to: [owner, lead], prompt: Go?, timeout: 2h, onTimeout: approve }');
    assert.deepEqual([step.to, step.timeoutMs, step.onTimeout], [['owner', 'lead'], 7_200_000, 'approve']);
  });

  it('waits for the steps its prompt reads, and takes what every step takes', () => {
    const step = stepOf(
      '{ to: owner, prompt: "${{ steps.draft.output.text }}?" }',
      '    if: inputs.n > 1.0\n    needs: draft\n    join: any\n    continueOnError: true\n',
    );
    assert.deepEqual(step.needs, ['draft']);
    assert.equal(step.if?.source, 'inputs.n > 1.0');
    assert.deepEqual(step.join, { type: 'atLeast', count: 1, cancelRest: false });
    assert.equal(step.continueOnError, true);
  });

  it('gives a decision, who made it and when, and perhaps a comment', () => {
    const compiled = compileSchema(approvalOutput);
    assert.ok(compiled.ok);
    const given = { decision: 'approved', by: 'owner', comment: 'Go.', at: '2030-01-01T00:00:00Z' };
    assert.deepEqual([given, { ...given, decision: 'rejected' }].flatMap(compiled.value), []);
    for (const wrong of [{ decision: 'perhaps' }, { by: 1 }, { comment: 1 }, { at: 1 }, { more: 1 }])
      assert.equal(compiled.value({ ...given, ...wrong }).length, 1, JSON.stringify(wrong));
  });

  it('is drawn and planned with who decides', () => {
    const result = parseWorkflow(text('{ to: owner, prompt: Go?, timeout: 2h }'));
    assert.ok(result.ok);
    assert.match(planText(result.value), / {3}ok {2}approval by owner\n {6}timeout 2h, then fail\n/);
    assert.match(mermaid(result.value), /s_ok\["ok<br\/>approval by owner"\]/);
  });
});

describe('what is wrong with an approval', () => {
  it('is told: no mapping, nobody to decide, nothing to decide', () => {
    assert.match(problemsOf('owner')[0] ?? '', /^WF_TYPE: expected a mapping, got text/);
    assert.deepEqual(
      problemsOf('{ timeout: 1h }').map((problem) => problem.slice(0, 38)),
      ["WF_REQUIRED: approval has no 'to' (add", "WF_REQUIRED: approval has no 'prompt' "],
    );
    assert.match(problemsOf('{ to: [], prompt: Go? }')[0] ?? '', /expected 1 to 20 names, got list/);
    assert.match(problemsOf('{ to: " ", prompt: Go? }')[0] ?? '', /expected a name of 1 to 256 characters/);
    assert.match(problemsOf('{ to: owner, prompt: "" }')[0] ?? '', /expected a question/);
    assert.match(problemsOf('{ to: owner, prompt: 7 }')[0] ?? '', /expected text, got number/);
  });

  it("is told: times, rules, misspelt and other tools' words, expressions", () => {
    assert.match(problemsOf('{ to: o, prompt: p, timeout: 5 }')[0] ?? '', /^WF_DURATION/);
    assert.match(
      problemsOf('{ to: o, prompt: p, onTimeout: aprove }')[0] ?? '',
      /not one of approve, reject, fail \(did you mean 'approve'\?\)/,
    );
    assert.match(problemsOf('{ reviewers: o, to: o, prompt: p }')[0] ?? '', /did you mean 'to'\?/);
    assert.match(problemsOf('{ to: o, prompt: "${{ steps.drafd.output }}" }')[0] ?? '', /'draft'/);
  });

  it('is told: words that belong to agents, and where the time is written', () => {
    const beside = '    with: { a: 1 }\n    retry: 3\n    deadline: 1h\n';
    assert.deepEqual(problemsOf('{ to: o, prompt: p }', beside), [
      "WF_UNKNOWN_FIELD: 'with' in step 'ok', which asks no agent (remove it)",
      "WF_UNKNOWN_FIELD: 'retry' in step 'ok', which asks no agent (remove it)",
      "WF_UNKNOWN_FIELD: 'deadline' in step 'ok', which asks no agent (write 'timeout' inside approval)",
    ]);
    assert.match(problemsOf('{ to: o, prompt: p }', '    agent: x\n')[0] ?? '', /^WF_STEP_BODY/);
  });

  it('is told word for word, with its place and how to mend it', () => {
    const told = (approval: string, beside = ''): readonly string[] => {
      const result = parseWorkflow(text(approval, beside));
      return (result.ok ? [] : result.problems).map(
        ({ code, path, expected, hint }) => `${code} ${path} ${expected}; ${hint}`,
      );
    };
    const names = (count: number): string => `{ to: [${Array(count).fill('o').join()}], prompt: p }`;
    const named = (length: number): string => `{ to: ${'o'.repeat(length)}, prompt: p }`;
    const many = 'WF_TYPE /steps/ok/approval/to 1 to 20 names; name who decides: to: [owner, lead]';
    const long = 'WF_TYPE /steps/ok/approval/to a name of 1 to 256 characters; name who decides: to: owner';
    assert.deepEqual(
      [0, 20, 21].map((count) => told(names(count))),
      [[many], [], [many]],
    );
    assert.deepEqual(
      [256, 257].map((length) => told(named(length))),
      [[], [long]],
    );
    assert.deepEqual(told('{ to: o, prompt: "  " }'), [
      'WF_TYPE /steps/ok/approval/prompt a question; say what is to be decided',
    ]);
    assert.deepEqual(told('{ to: o, prompt: p, onTimeout: approved }'), [
      "WF_TYPE /steps/ok/approval/onTimeout approve, reject, fail; did you mean 'approve'?",
    ]);
    assert.deepEqual(told('{ to: o, prompt: p }', '    timeout: 1h\n'), [
      "WF_UNKNOWN_FIELD /steps/ok/timeout beside approval: needs, if, join, continueOnError; write 'timeout' inside approval",
    ]);
  });

  it('is noticed by the JSON Schema too, for editors', () => {
    const compiled = compileSchema(workflowFileSchema());
    assert.ok(compiled.ok);
    const refused = (step: object): boolean =>
      compiled.value({ name: 'a', version: '1.0.0', steps: { s: { ...step } } }).length > 0;
    const approval = { to: 'owner', prompt: 'Go?' };
    assert.equal(refused({ approval }), false);
    assert.equal(refused({ approval: { ...approval, to: ['a', 'b'] }, continueOnError: true }), false);
    assert.equal(refused({ approval: { to: 'owner' } }), true);
    assert.equal(refused({ approval, retry: 3 }), true);
    assert.equal(refused({ approval, agent: 'x' }), true);
    assert.equal(refused({ agent: 'x', retry: 3 }), false);
  });
});
