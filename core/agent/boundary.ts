/**
 * The boundary between the engine and an agent's code: what goes in, what comes out, what is thrown.
 * B1. Nothing that an agent returns or throws makes these functions throw.
 * B2. What passes `checkOutput` is plain JSON: its text, parsed again, is the same value.
 * B3. An output is copied before it is checked, so that it cannot change afterwards.
 */
import type * as z from 'zod';
import { failure, no, ok, type Failure, type Result } from '../failure.ts';
import { patterns } from '../ids.ts';
import { type Json } from '../json.ts';
import { AgentFailure, type AgentDefinition } from './contract.ts';
import { expectationOf } from './expectation.ts';
import { toJson } from './plain-json.ts';
import { onOneLine } from '../redact.ts';
import { cut, redacted, shown, told } from './shown.ts';

/** The longest output of one task, in bytes of JSON text. Above 16 KiB it travels as a claim check. */
export const outputLimitBytes = 8 * 1024 * 1024;
const messageLimit = 500;
const problemLimit = 20;

/** The task input as the agent's type, or `AGENT_INPUT_INVALID` with every problem in `details`. Never retryable. */
export function checkInput<I>(agent: Pick<AgentDefinition<I>, 'name' | 'input'>, input: Json): Result<I> {
  const parsed = parseWith(agent.input, input);
  if (parsed.ok) return parsed;
  return no(contractFailure('AGENT_INPUT_INVALID', agent.name, 'input', parsed.problem, input));
}

/**
 * The output as JSON. `AGENT_OUTPUT_TYPE` for what JSON cannot carry, `PAYLOAD_TOO_LARGE`, or `AGENT_OUTPUT_INVALID`
 * with `details: [{pointer, expected, got}…]`. A member whose value is `undefined` is left out, as `JSON.stringify` does.
 */
export function checkOutput<O>(
  agent: Pick<AgentDefinition<unknown, O>, 'name' | 'output'>,
  output: unknown,
): Result<Json> {
  const copied = plain(agent.name, output);
  if (!copied.ok) return copied;
  const parsed = parseWith(agent.output, copied.value);
  if (!parsed.ok) {
    return no(contractFailure('AGENT_OUTPUT_INVALID', agent.name, 'output', parsed.problem, copied.value));
  }
  // A schema may transform: what it made is checked as well, and is what counts.
  return plain(agent.name, parsed.value);
}

/**
 * Whatever was thrown, as a failure: an `AgentFailure` gives its own, anything else `AGENT_THREW` (retryable).
 * `InfrastructureError` is the host's business: it lets that one through before it asks here.
 */
export function failureOfThrown(thrown: unknown): Failure {
  try {
    if (thrown instanceof AgentFailure) return wellFormed(thrown.failure);
    return threw(messageOf(thrown));
  } catch {
    return threw('a value that cannot be read'); // a Proxy, or getters that throw
  }
}

function plain(name: string, output: unknown): Result<Json> {
  const copied = toJson(output, outputLimitBytes);
  if (copied.ok) return copied;
  const { pointer, expected, got, tooLarge } = copied.problem;
  const message =
    `agent ${name} returned a value that ${tooLarge ? 'is too large' : 'is not JSON'}: got ${got} at ` +
    `${pointer || 'the top'}, expected ${expected}. ${tooLarge ? 'Return less, or store it and return a reference.' : 'Convert it before returning.'}`;
  return no(
    failure(tooLarge ? 'PAYLOAD_TOO_LARGE' : 'AGENT_OUTPUT_TYPE', message, {
      details: [{ pointer, expected, got }],
    }),
  );
}

interface Mismatch {
  readonly pointer: string;
  readonly expected: string;
}

function parseWith<T>(schema: z.ZodType<T>, value: Json): Result<T, readonly Mismatch[]> {
  try {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    return no(parsed.error.issues.slice(0, problemLimit).map(mismatchOf));
  } catch (thrown) {
    // A refinement of the author's schema threw: the value is not accepted, and the reason is told.
    return no([
      { pointer: '', expected: `a value that the schema can check (${failureOfThrown(thrown).message})` },
    ]);
  }
}

const mismatchOf = (issue: z.core.$ZodIssue): Mismatch => ({
  pointer: issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
  expected: told(expectationOf(issue.message), 200),
});

function contractFailure(
  code: 'AGENT_INPUT_INVALID' | 'AGENT_OUTPUT_INVALID',
  name: string,
  side: 'input' | 'output',
  mismatches: readonly Mismatch[],
  value: Json,
): Failure {
  const details = mismatches.map(({ pointer, expected }) => ({
    pointer: onOneLine(pointer),
    expected,
    got: shown(at(value, pointer)),
  }));
  const first = details[0] ?? { pointer: '', expected: 'a value that fits', got: shown(value) };
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  const fix =
    side === 'input' ? "Change the step's `with`." : 'Change what the agent returns, or its output schema.';
  const message =
    `the ${side} of agent ${name} does not fit its contract: got ${first.got} at ${first.pointer || 'the top'}, ` +
    `expected ${first.expected}${more}. ${fix}`;
  return failure(code, message, { details });
}

function at(value: Json, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (inside, part) =>
        typeof inside === 'object' && inside !== null && Object.hasOwn(inside, part)
          ? (inside as Record<string, unknown>)[part]
          : undefined,
      value,
    );
}

/** An author's failure may be of any shape at run time: what does not fit is brought into form, its meaning kept. */
function wellFormed(given: Failure): Failure {
  if (!patterns.failureCode.test(given.code)) return threw(messageOf(given));
  const details = given.details === undefined ? undefined : toJson(given.details, 64 * 1024);
  const wait = given.retryAfterMs;
  return {
    code: given.code,
    message: tidy(String(given.message)),
    retryable: given.retryable === true,
    ...(details?.ok ? { details: details.value } : {}),
    ...(typeof wait === 'number' && Number.isFinite(wait) && wait >= 0 ? { retryAfterMs: wait } : {}),
  };
}

const threw = (what: string): Failure =>
  failure('AGENT_THREW', tidy(`the agent threw ${what}`), { retryable: true });

function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return typeof thrown === 'string' ? `text: ${thrown}` : shown(thrown);
}

/** Errors wrap others with their stacks in the message: those lines are for the log of the author, not for a failure. */
const tidy = (text: string): string =>
  cut(
    redacted(printable(text.slice(0, 4 * messageLimit).replace(/\n\s+at [^\n]*/g, ''))).toWellFormed(),
    messageLimit,
  );

/** Breaks between lines stay; what would move a terminal's cursor or colour it becomes one visible sign. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '·');
