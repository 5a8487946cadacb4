import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { looksSecret, redact } from '../redact.ts';
import { parseWorkflow } from './parse.ts';
import { echo, type Problem, renderProblem } from './problem.ts';

const problem = (line: number, column: number, message = 'm'): Problem => ({
  code: 'WF_TYPE',
  severity: 'error',
  message,
  at: { line, column },
  path: '/steps/a',
});

describe('renderProblem', () => {
  it('a long line is cut around the place and the caret still points at it', () => {
    const text = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
    const [, line = '', caret = ''] = renderProblem(problem(1, 501), { file: 'f', text }).split('\n');
    assert.ok(line.length < 100);
    assert.equal(line.slice(caret.indexOf('^'), caret.indexOf('^') + 4), 'HERE');
  });

  it('without a file the pointer says where, and there is no frame', () => {
    assert.equal(
      renderProblem(problem(0, 0), { file: 'store', text: '' }),
      'store#/steps/a error[WF_TYPE]: m',
    );
  });

  it('control characters of the file do not reach the terminal', () => {
    const printed = renderProblem(problem(1, 1), { file: 'f', text: '\u001b[31mred\u0007' });
    assert.doesNotMatch(printed, /[\u0000-\u0009\u000b-\u001f]/);
  });

  it('a place past the end does no harm', () => {
    assert.ok(renderProblem(problem(99, 99), { file: 'f', text: 'one line' }).startsWith('f:99:99 error'));
    assert.ok(renderProblem(problem(1, 999), { file: 'f', text: 'one line' }).includes('^'));
  });
});

describe('secrets', () => {
  const keys = ['sk-proj-abcdef0123456789', 'AKIAIOSFODNN7EXAMPLE', `ghp_${'a1'.repeat(18)}`, 'xoxb-1234567890-abcdef', '-----BEGIN PRIVATE KEY-----']; // prettier-ignore

  it('what looks like a key is found and never echoed', () => {
    for (const key of keys) {
      assert.ok(looksSecret(`x ${key} y`), key);
      assert.ok(!redact(`x ${key} y`).includes(key), key);
      assert.ok(!echo({ key }).includes(key), key);
    }
  });

  it('a key glued to a word is not shown as one where a long line is cut before it', () => {
    const [key = ''] = keys;
    for (let before = 40; before < 60; before += 1) {
      const text = `${'_'.repeat(before)}${key} tail`;
      const printed = renderProblem(problem(1, 91), { file: 'f', text: text.padEnd(200, '.') });
      assert.doesNotMatch(printed, /(?<![\w-])sk-proj/, `${before} signs before it`);
    }
  });

  it('the parser of YAML does not show one either, nor a line without end', () => {
    const [key = ''] = keys;
    const told = (text: string) => {
      const parsed = parseWorkflow(text);
      assert.ok(!parsed.ok);
      return parsed.problems.map(({ message }) => message).join('\n');
    };
    assert.match(told(`>${key}`), /extra characters: >\[redacted\]$/);
    assert.ok(told(`>${'x'.repeat(100_000)}`).length < 400);
  });

  it('usual words are not taken for keys', () => {
    for (const text of [
      'sk-learn-pipeline-for-texts',
      'task-1234567890123456',
      'AKIA',
      'ghp_short',
      'BEGIN PRIVATE',
    ])
      // prettier-ignore
      assert.ok(!looksSecret(text), text);
  });

  it('a megabyte of almost-keys is looked through at once', { timeout: 10_000 }, () => {
    for (const part of ['sk-', 'sk-a', '-----BEGIN ', 'xoxb-', 'ghp_'])
      assert.ok(!looksSecret(part.repeat(200_000)) || part === 'xoxb-');
  });
});

describe('a value in a message', () => {
  it('is shown whole up to 80 signs', () => {
    assert.equal(echo('x'.repeat(78)), `"${'x'.repeat(78)}"`);
    assert.equal(echo('x'.repeat(79)), `"${'x'.repeat(78)}…`);
    assert.equal(echo([1, { a: null }]), '[1,{"a":null}]');
  });

  it('has no half of a pair where it is cut', () => {
    assert.equal(echo(`${'x'.repeat(77)}😀😀`), `"${'x'.repeat(77)}\ufffd…`);
  });

  it('holds nothing that rules a terminal', () => {
    assert.equal(echo('\u009b31m \u0085 \u2028'), '"·31m · ·"');
    assert.equal(echo('\u001b'), '"\\u001b"');
  });
});
