/**
 * What the command line could not do, as one error that `main.ts` turns into text and an exit code.
 * A person never sees a stack trace: expected problems arrive here, anything else is a bug and said to be one.
 */
import { echoed, redact } from '#core/redact.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

export interface CliProblem {
  readonly code: string;
  readonly exit: ExitCode;
  /** What went wrong, with the value given. */
  readonly message: string;
  readonly expected?: string;
  /** How to fix it. */
  readonly hint?: string;
}

/** Thrown by commands to end with a problem that is the caller's to mend. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly problem: CliProblem;
  constructor(problem: CliProblem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}

/** Beside what went wrong, with the value given: no error goes without one of them. */
interface Parts {
  readonly expected: string;
  readonly hint: string;
}

export const usageError = (code: string, message: string, parts: Parts): CliError =>
  new CliError({ code, exit: exitCodes.usage, message, ...parts });

export const configurationError = (code: string, message: string, parts: Parts): CliError =>
  new CliError({ code, exit: exitCodes.configuration, message, ...parts });

/** Of a problem that others found, whose message has all the parts already. */
export const toldError = (exit: ExitCode, { code, message }: { code: string; message: string }): CliError =>
  new CliError({ code, exit, message });

/** `error[CODE]: what went wrong`, then what was expected and how to fix it, a line each. */
export function renderCliProblem(problem: Omit<CliProblem, 'exit'>): string {
  const lines = [`error[${problem.code}]: ${problem.message}`];
  if (problem.expected !== undefined) lines.push(`expected: ${problem.expected}`);
  if (problem.hint !== undefined) lines.push(`help: ${problem.hint}`);
  return lines.join('\n');
}

/** Adapters write `CODE: what. Got: … Expected: … Fix: ….` in one line: a person gets a line for each part. */
export function infrastructureParts(text: string): Omit<CliProblem, 'exit'> {
  const [, code = 'INFRASTRUCTURE', message = text] = /^([A-Z][A-Z0-9_]{2,}): ([^]+)$/.exec(text) ?? [];
  const [, what, got, expected, hint] =
    /^([^]+?)\. Got: ([^]+?)\. Expected: ([^]+?)\. Fix: ([^]+?)\.?$/.exec(message) ?? [];
  if (what === undefined || expected === undefined || hint === undefined) return { code, message };
  return { code, message: `${what}\ngot: ${got}`, expected, hint };
}

/** What a person typed, as it may stand in a message. */
export const typed = (text: string): string => `'${echoed(text)}'`;

/** What commander says of a command line, with what was typed made fit to be shown. */
export const shownUsage = (text: string): string =>
  redact(
    text
      .replace(/'([^']*)'/g, (_, word: string) => typed(word))
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '·'),
  );
