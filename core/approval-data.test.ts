import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionData, parseDecision, type DecisionData } from './approval-data.ts';
import { failure } from './failure.ts';
import { type Json } from './json.ts';

const said = { step: 'review', decision: 'approved', by: 'ada' } as const;

test('a decision keeps what it says, and is written as it is read', () => {
  const all: readonly DecisionData[] = [
    said,
    { ...said, decision: 'rejected', comment: 'too dear' },
    { ...said, by: '😀'.repeat(1024), comment: '' },
    { ...said, comment: '😀'.repeat(1024) },
  ];
  for (const decision of all) {
    assert.deepEqual(decisionData(decision), decision);
    assert.deepEqual(parseDecision({ ...decision, more: 1 }), { ok: true, value: decision });
  }
});

test('a decision that is not of its shape is refused by the name of the member', () => {
  const long = 'x'.repeat(1025);
  const rows: readonly (readonly [data: Json | undefined, path: string, got: string, expected: string])[] = [
    [undefined, '', 'nothing', 'an object'],
    [[], '', 'a list of 0', 'an object'],
    [{ ...said, step: '' }, '/step', '""', 'the id of the step that waits'],
    [{ ...said, step: 7 }, '/step', '7', 'the id of the step that waits'],
    [{ ...said, decision: 'maybe' }, '/decision', '"maybe"', '"approved" or "rejected"'],
    [{ ...said, decision: '' }, '/decision', '""', '"approved" or "rejected"'],
    [{ ...said, by: '' }, '/by', '""', 'who decides, 1 to 1024 characters'],
    [{ ...said, comment: null }, '/comment', 'null', 'a string of at most 1024 characters'],
    [{ ...said, comment: 7 }, '/comment', '7', 'a string of at most 1024 characters'],
    [{ ...said, comment: long }, '/comment', '', 'a string of at most 1024 characters'],
  ];
  for (const [data, path, got, expected] of rows) {
    const refused = parseDecision(data);
    assert.ok(!refused.ok, `${path} ${got}`);
    const told = refused.problem.message.replace(/"x{3}[^;]*/, '');
    const message =
      `The data of the event is not of the documented shape at ${path === '' ? 'its root' : path}: got ${got}; ` +
      `expected ${expected}; see the schema of this event type.`;
    assert.deepEqual(
      { ...refused.problem, message: told },
      failure('REQUEST_INVALID', message, { details: { path } }),
    );
  }
});
