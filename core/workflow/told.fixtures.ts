/** What is told of a workflow file, a line for each problem: `CODE line:column pointer message; expected; hint`. */
import { type ParsedWorkflow } from './parse.ts';

export const toldOf = (parsed: ParsedWorkflow): readonly string[] =>
  parsed.ok
    ? []
    : parsed.problems.map(
        ({ code, at, path, message, expected, hint }) =>
          `${code} ${at.line}:${at.column} ${path} ${message}; ${expected ?? ''}; ${hint ?? ''}`,
      );
