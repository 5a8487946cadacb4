/**
 * What is wrong with a workflow file, as data and as text in the manner of a compiler.
 * PR1. A code, once published, keeps its meaning.
 * PR2. No value is echoed longer than 80 characters, and nothing that looks like a key is echoed at all.
 */
import { type Json } from '../json.ts';
import { blotOut, echoed, onOneLine } from '../redact.ts';

/** Codes of problems found before a run, with what each means. */
export const problemCodes = {
  WF_EMPTY: 'the file defines no workflow',
  WF_TOO_LARGE: 'the file is larger than 1 MiB',
  WF_ENCODING: 'the file is not UTF-8 text',
  WF_YAML_SYNTAX: 'the file is not valid YAML',
  WF_JSON_SYNTAX: 'the file is not valid JSON',
  WF_YAML_DEPTH: 'the file nests more than 64 levels deep',
  WF_YAML_ALIAS: 'anchors and aliases are not allowed',
  WF_YAML_TAG: 'tags are not allowed',
  WF_YAML_DUP_KEY: 'a mapping has the same key twice',
  WF_MULTI_DOC: 'the file holds more than one document',
  WF_RESERVED_KEY: 'a key is a name that JavaScript gives a meaning',
  WF_NUMBER: 'a number is not finite',
  WF_NUMBER_PRECISION: 'a whole number is too big to be kept exactly',
  WF_TYPE: 'a value is of another type than its place needs',
  WF_REQUIRED: 'a field that must be there is missing',
  WF_UNKNOWN_FIELD: 'a field is not part of the language',
  WF_UNSUPPORTED: 'a field is part of the language but not supported yet',
  WF_NAME: 'the name of the workflow is not of the allowed form',
  WF_VERSION: 'the version is not a semantic version',
  WF_STEP_ID: 'a step id is not of the allowed form',
  WF_DUP_STEP: 'two steps have the same id, or ids that differ only in case',
  WF_STEP_COUNT: 'a workflow has 1 to 10,000 steps',
  WF_STEP_BODY: 'a step has exactly one body',
  WF_UNKNOWN_STEP: 'a step is named that does not exist',
  WF_CYCLE: 'steps need each other in a circle',
  WF_UNREACHABLE: 'a step can never run',
  WF_JOIN_UNSATISFIABLE: 'a join asks for more than its needs can give',
  WF_FORWARD_REF: 'a value is asked for before it can exist',
  WF_DURATION: 'a duration is not of the allowed form or range',
  WF_RETRY: 'a retry policy is out of range',
  WF_UNKNOWN_AGENT: 'a step names an agent that is not registered',
  WF_AGENT_REF: 'an agent reference is not of the form name or name@range',
  WF_AGENT_VERSION: 'the registered version of the agent is not in the asked range',
  WF_SCHEMA_INVALID: 'an input is not described by a valid JSON Schema',
  WF_SCHEMA_REF: 'a schema refers to something outside itself',
  WF_REGEX_UNSAFE: 'a pattern could take very long on some texts',
  WF_INLINE_SECRET: 'a literal looks like a key or password',
  EXPR_SYNTAX: 'an expression cannot be read',
  EXPR_UNKNOWN_NAME: 'an expression names something that does not exist',
  EXPR_FORBIDDEN_NAME: 'an expression names something that is out of bounds',
  EXPR_REGEX_UNSAFE: 'regular expressions are not allowed in expressions',
  EXPR_TOO_COMPLEX: 'an expression is too long or too deep',
  EXPR_TYPE: 'an expression gives a value of another type than its place needs',
  EXPR_EVAL: 'an expression combines values in a way that cannot work',
} as const;

export type ProblemCode = keyof typeof problemCodes;

/** A place in a file, counted from 1; line 0 where there is no file (the path then says where). */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** First column after the place, where it ends on the same line. */
  readonly endColumn?: number;
}

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: 'error';
  /** What went wrong, with the value given. */
  readonly message: string;
  readonly at: Position;
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  readonly got?: string;
  readonly expected?: string;
  /** How to fix it. */
  readonly hint?: string;
}

export const mostProblems = 20;
const longestEcho = 80;
/** Enough to see a key that begins in what is shown: the text itself may be a megabyte. */
const lookedAt = 4 * longestEcho;

/** A value as it may stand in a message: JSON text on one line, redacted, cut at 80 characters. */
export const echo = (value: Json): string => echoed(JSON.stringify(value));

/** Text as it may stand between quotes in a message. */
export const quote = (text: string): string => `'${echoed(text)}'`;

/** Sorted by place; at most twenty, and how many were left out. */
export function firstProblems(problems: readonly Problem[]): {
  readonly shown: readonly Problem[];
  readonly more: number;
} {
  const sorted = [...problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return { shown: sorted.slice(0, mostProblems), more: Math.max(0, sorted.length - mostProblems) };
}

/** One problem as a compiler would print it, without a final newline. */
export function renderProblem(
  problem: Problem,
  source: { readonly file: string; readonly text: string },
): string {
  const place =
    problem.at.line === 0
      ? `${source.file}${problem.path === '' ? '' : `#${problem.path}`}`
      : `${source.file}:${problem.at.line}:${problem.at.column}`;
  const lines = [`${place} error[${problem.code}]: ${problem.message}`, ...frame(problem.at, source.text)];
  if (problem.expected !== undefined) lines.push(`expected: ${problem.expected}`);
  if (problem.hint !== undefined) lines.push(`help: ${problem.hint}`);
  return lines.join('\n');
}

/** All problems as text, twenty at most, with a last line that counts them. */
export function renderProblems(
  problems: readonly Problem[],
  source: { readonly file: string; readonly text: string },
): string {
  const { shown, more } = firstProblems(problems);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const tail = more > 0 ? `${count}, the first ${mostProblems} shown (${more} more)` : count;
  return [...shown.map((problem) => renderProblem(problem, source)), tail].join('\n\n');
}

/** Two lines: the source line and a caret under the place. */
function frame(at: Position, text: string): readonly string[] {
  if (at.line === 0) return [];
  const line = lineOf(text, at.line);
  if (line === undefined || line.trim() === '') return [];
  const gutter = `${at.line} | `;
  // A key in the line is blotted out at equal length, so that the caret stays where it belongs.
  const from = Math.max(0, at.column - 1 - longestEcho / 2);
  const around = Math.max(0, from - lookedAt);
  const safe = blotOut(line.slice(around, from + lookedAt)).slice(from - around);
  // Once more: what was glued to the word before it, and so no key, may begin where the cut was made.
  const shown = onOneLine(blotOut(safe.slice(0, longestEcho)));
  const caret = Math.min(at.column - 1 - from, shown.length);
  const wide = Math.min(
    Math.max(1, (at.endColumn ?? at.column) - at.column),
    Math.max(1, shown.length - caret),
  );
  return [`${gutter}${shown}`, `${' '.repeat(gutter.length + caret)}${'^'.repeat(wide)}`];
}

function lineOf(text: string, line: number): string | undefined {
  let start = 0;
  for (let n = 1; n < line; n += 1) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return undefined;
  }
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
}
