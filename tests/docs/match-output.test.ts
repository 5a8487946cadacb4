import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginsWith, mismatch } from './match-output.ts';

test('ids, times, durations and widths may differ; anything else may not', () => {
  const shown =
    '+0.100s a completed after 99ms\nrqe6p0sgpvckbqrf4g1n7khq6n  estimate  2026-11-22T12:00:00Z\n';
  const printed =
    '+1.234s a completed after 1.2s\n7nmwvp3sazfwqgh6tekv5f7827    estimate  2027-01-01T00:00:00.123Z\n';
  assert.equal(mismatch(shown, printed), undefined);
  for (const other of [
    printed.replace('estimate', 'other'),
    `${printed}more\n`,
    printed.split('\n')[0] ?? '',
    '',
  ])
    assert.match(mismatch(shown, other) ?? '', /did not print, from this line on/);
});

test('an ellipsis stands for text of its line, alone on a line for any lines, and for nothing else', () => {
  assert.equal(mismatch('{"a":1,…\n', '{"a":1,"b":2}\n'), undefined);
  assert.equal(mismatch('a\n…\nd\n', 'a\nb\nc\nd\n'), undefined);
  assert.equal(mismatch('a\n…\nd\n', 'a\nd\n'), undefined);
  assert.equal(mismatch('a\n…\n', 'a\nb\n'), undefined);
  assert.equal(mismatch('a\n…\n', 'a\n'), undefined);
  assert.equal(mismatch('…\n', ''), undefined);
  assert.match(mismatch('a\n…\n', 'ab\n') ?? '', /did not print/);
  assert.match(mismatch('a…d\n', 'a\nd\n') ?? '', /from this line on: a…d/);
  assert.match(mismatch('a\n…\nd\n', 'a\nb\n') ?? '', /printed:\na\nb/);
  assert.match(mismatch('x.z\n', 'xyz\n') ?? '', /x\.z/);
});

test('a command that goes on is held to what it has said so far', () => {
  assert.equal(beginsWith('up\n', ''), false);
  assert.equal(beginsWith('up\n', 'up and down\n'), false);
  assert.equal(beginsWith('up\n', 'up\nmore\n'), true);
});
