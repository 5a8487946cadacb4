import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownLine } from './log-line.ts';

const line = JSON.stringify({
  time: '2026-01-01T00:00:00.000Z',
  level: 'error',
  message: 'invocation threw',
  function: 'http-agent',
  error: {
    name: 'TypeError',
    message: 'x is not a function',
    stack: '    at f (a.ts:1:1)',
    cause: { stack: 'at g' },
  },
});

describe('shownLine', () => {
  it('writes level, message and fields, an error by its message', () => {
    assert.equal(
      shownLine(line, false),
      'error: invocation threw  function=http-agent  error="x is not a function"',
    );
  });

  it('keeps JSON where JSON is asked for, stack traces apart', () => {
    const shown = shownLine(line, true);
    assert.doesNotMatch(shown, /stack|a\.ts/);
    assert.equal((JSON.parse(shown) as { error: { message: string } }).error.message, 'x is not a function');
  });

  it('leaves what is not a log line as it is', () => {
    assert.equal(shownLine('Warning: something', false), 'Warning: something');
  });
});
