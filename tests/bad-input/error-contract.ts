/** What every error owes whoever reads it: four parts, a stable code, no stack, no secret, nothing endless. */
import assert from 'node:assert/strict';
import { InfrastructureError } from '#core/failure.ts';

export interface Told {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly got?: string;
  readonly expected?: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** Keys that the tests put into bad input: none of them may ever be shown. */
export const plantedSecret = 'sk-planted-0123456789abcdef0123456789';

// A key that is glued to the word before it is no key any more.
const secrets = /(?<![\w-])sk-planted-[0-9a-f]{8,}|sk-proj|AKIAIOSF|MIIEow|BEGIN RSA/;
const stack = /(?:^|\n)\s+at .*(?:\.[jt]s:\d+|node:internal|<anonymous>)/;

/** The longest value a message may echo, quotes and the ellipsis included, in UTF-16 units. */
const longestEcho = 90;

export function assertTold(problem: Told, code?: string): void {
  assert.match(problem.code, /^[A-Z][A-Z0-9_]{1,63}$/);
  if (code !== undefined) assert.equal(problem.code, code, problem.message);
  assert.ok(problem.message.length > 10, `a message that says nothing: '${problem.message}'`);
  assert.ok(
    problem.message.length < 2000,
    `a message too long to read: ${problem.message.length} characters`,
  );
  for (const text of [problem.message, problem.got, problem.expected, problem.hint, problem.path])
    if (text !== undefined) assertClean(text);
  if (problem.got !== undefined) assert.ok(problem.got.length <= longestEcho * 2, problem.got);
  for (const [, echoed = ''] of problem.message.matchAll(/"((?:[^"\\]|\\.)*)"/g))
    assert.ok(echoed.length <= longestEcho, `an echo of ${echoed.length} characters: ${echoed}`);
}

/** The message of what an adapter throws, `CODE: what. Got: … Expected: … Fix: ….`, without its code. */
export function assertThrown(error: unknown, code: string): string {
  assert.ok(error instanceof InfrastructureError, String(error));
  const [is = '', message = ''] = error.message.split(/: ([^]*)/);
  assertSentence({ code: is, message }, code);
  assert.match(message, /Got: .+ Expected: .+ Fix: /);
  return message;
}

/** As `assertTold`, for problems that carry all four parts as data. */
export function assertFourParts(problem: Told, code?: string): void {
  assertTold(problem, code);
  for (const part of ['got', 'expected', 'hint'] as const)
    assert.ok((problem[part] ?? '') !== '', `${problem.code} has no ${part}: ${problem.message}`);
  assert.equal(typeof problem.retryable, 'boolean');
}

/** For failures and dead letters, whose four parts are one text: what was expected and what to do are in it. */
export function assertSentence(problem: Told, code?: string): void {
  assertTold(problem, code);
  assert.match(problem.message, /expected/i, problem.message);
}

/** For anything a process printed. */
export function assertClean(text: string): void {
  assert.doesNotMatch(text, stack, 'a stack trace');
  assert.doesNotMatch(text, secrets, 'a secret');
}
