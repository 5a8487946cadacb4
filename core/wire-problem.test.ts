import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clampFailure, messageLimit } from './foreign-failure.ts';
import { pointerToken, valueAt } from './json-pointer.ts';
import { inlineLimitBytes } from './payload.ts';
import { shown, wireCodes, wireProblem } from './wire-problem.ts';

const parts = { got: '7', expected: 'a text', fix: 'quote it' };

test('a problem says what went wrong, where, the value, what was expected and how to mend it', () => {
  assert.deepEqual(wireProblem('CE_TYPE', parts), {
    code: 'CE_TYPE',
    message: 'the event is not a JSON object: got 7; expected a text; quote it',
    got: '7',
    expected: 'a text',
    hint: 'quote it',
    retryable: false,
  });
  assert.deepEqual(wireProblem('CE_TYPE', { ...parts, path: '' }).path, '');
  const placed = wireProblem('CE_TYPE', { ...parts, path: '/a' });
  assert.equal(placed.message, 'the event is not a JSON object at /a: got 7; expected a text; quote it');
  assert.equal(placed.path, '/a');
  const far = wireProblem('CE_TYPE', { ...parts, path: `/${'x'.repeat(80)}` });
  assert.ok(far.message.includes(` at /${'x'.repeat(78)}…: got`), far.message);
});

test('every code says in words what went wrong', () => {
  for (const [code, text] of Object.entries(wireCodes)) assert.match(text, /^[a-z].{20,}$/, code);
});

test('a value is shown by its kind and size, text at most 80 characters of it', () => {
  const cases: readonly (readonly [value: unknown, text: string])[] = [
    [undefined, 'nothing'],
    [null, 'null'],
    [[1, 2], 'a list of 2'],
    [{ a: 1 }, 'an object with 1 members'],
    ['a"', '"a\\""'],
    ['x'.repeat(80), `"${'x'.repeat(80)}"`],
    ['x'.repeat(81), `"${'x'.repeat(79)}…"`],
    [1.5, '1.5'],
    [true, 'true'],
    [Symbol('s'), 'symbol'],
  ];
  for (const [value, text] of cases) assert.equal(shown(value), text);
});

test('a foreign failure is kept where it is good and clamped where it is not', () => {
  const good = { code: 'QUOTA_USED', message: 'no', retryable: true, details: { n: 1 }, retryAfterMs: 5 };
  assert.deepEqual(clampFailure(good), good);
  const bad = { code: 'no code', message: 7, retryable: 'yes', retryAfterMs: -1 };
  const text = 'the agent threw something that is not a failure';
  assert.deepEqual(clampFailure(bad), { code: 'AGENT_THREW', message: text, retryable: false });
  assert.deepEqual(clampFailure({ code: 7 }).code, 'AGENT_THREW');
  assert.equal(clampFailure({ ...good, retryAfterMs: 0 }).retryAfterMs, 0);
  assert.ok(!('retryAfterMs' in clampFailure({ ...good, retryAfterMs: '5' })));
});

test('a foreign failure has a bounded size (FF1)', () => {
  const long = (length: number) => clampFailure({ message: 'x'.repeat(length) }).message;
  assert.equal(long(messageLimit), 'x'.repeat(messageLimit));
  assert.equal(long(messageLimit + 1), `${'x'.repeat(messageLimit - 1)}…`);
  const details = (bytes: number) => clampFailure({ details: 'x'.repeat(bytes - 2) }).details;
  assert.equal(details(inlineLimitBytes), 'x'.repeat(inlineLimitBytes - 2));
  assert.deepEqual(details(inlineLimitBytes + 1), {
    omitted: 'details of 16385 bytes; at most 16384 are kept',
  });
});

test('a pointer is followed to its place, or to nothing', () => {
  const root = { a: [{ 'b/c~': 1 }, null], '': 2, '01': 3 };
  assert.equal(valueAt(root, ''), root);
  assert.equal(valueAt(root, `/a/0${pointerToken('b/c~')}`), 1);
  assert.equal(pointerToken('b/c~'), '/b~1c~0');
  assert.equal(pointerToken(7), '/7');
  assert.deepEqual([valueAt(root, '/'), valueAt(root, '/01'), valueAt(root, '/a/1')], [2, 3, null]);
  for (const nowhere of [
    'a',
    '/b',
    '/a/2',
    '/a/00',
    '/a/x',
    '/a/-1',
    '/a/length',
    '/a/1/b',
    '/toString',
    '/~2',
    '/~',
  ])
    assert.equal(valueAt(root, nowhere), undefined, nowhere);
});
