import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { checkInput, failureOfThrown } from './boundary.ts';
import { type Json } from '../json.ts';

describe('what an author says of a place that is not there', () => {
  const at = (path: readonly string[], input: Json): unknown => {
    const schema = z.unknown().superRefine((_, context) => {
      context.addIssue({ code: 'custom', path: [...path], message: 'something else' });
    });
    const checked = checkInput({ name: 'a', input: schema }, input);
    return checked.ok ? 'accepted' : checked.problem.details;
  };
  const told = (pointer: string, got: string): unknown => [{ pointer, expected: 'something else', got }];

  it('is told with nothing as what was given', () => {
    assert.deepEqual(at(['a', 'b'], {}), told('/a/b', 'undefined'));
    assert.deepEqual(at(['a', 'b'], { a: null }), told('/a/b', 'undefined'));
    assert.deepEqual(at(['a', 'b', 'c'], { a: { b: false } }), told('/a/b/c', 'undefined'));
    assert.deepEqual(at(['a', 'b'], { a: { b: 7 } }), told('/a/b', '7'));
  });

  it('shows a sign for each control character of a key, and finds what is there', () => {
    const told = [{ pointer: '/a·b', expected: 'something else', got: '7' }];
    assert.deepEqual(at(['a\u0000b'], { 'a\u0000b': 7 }), told);
    const strict = checkInput({ name: 'a', input: z.strictObject({}) }, { '\u001b[2J': 1 });
    assert.ok(!strict.ok);
    assert.doesNotMatch(JSON.stringify(strict.problem), /\\u00/);
  });

  it('never names a member that every text or object has', () => {
    assert.deepEqual(at(['a', 'length'], { a: 'text' }), told('/a/length', 'undefined'));
    assert.deepEqual(at(['toString'], {}), told('/toString', 'undefined'));
  });
});

describe('the message of what was thrown', () => {
  const message = (text: string): string => failureOfThrown(new Error(text)).message;

  it('is without the lines of a stack, wherever they stand', () => {
    assert.equal(
      message('boom\n    at run (agent.ts:1)\n\tat start (agent.ts:22)\nnext at last'),
      'the agent threw Error: boom\nnext at last',
    );
  });

  it('shows a sign for what would move or colour a terminal, and keeps tabs and line breaks', () => {
    assert.equal(message('a\u001b[31mb\rc\u0000d\u0085e'), 'the agent threw Error: a·[31mb·c·d·e');
    assert.equal(message('a\tb\nc'), 'the agent threw Error: a\tb\nc');
  });

  it('is of the first 2000 characters, however long the rest is', () => {
    const stack = '\n    at one (agent.ts:1)'.repeat(100);
    assert.equal(message(`boom${stack}\nend`).trim(), 'the agent threw Error: boom');
  });
});
