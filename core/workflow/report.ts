/**
 * Collects the problems of one file while it is parsed: all of them, in the order they were found.
 * RP1. No text of a problem holds what looks like a key, its pointer and its lists of names included, and none is endless.
 */
import { redact } from '../redact.ts';
import { type Position, type Problem, type ProblemCode } from './problem.ts';

/** Beyond this many there is no use in more, only memory and time. */
export const enoughProblems = 200;
/** UTF-16 units of one text of a problem: names in a file may be as long as the file. */
const longestText = 1500;

export interface Where {
  readonly at: Position;
  readonly path: string;
}

export interface Report {
  readonly problems: readonly Problem[];
  add(
    code: ProblemCode,
    where: Where,
    message: string,
    extra?: { readonly got?: string; readonly expected?: string; readonly hint?: string },
  ): void;
}

export function newReport(): Report {
  const problems: Problem[] = [];
  return {
    problems,
    add(code, where, message, extra = {}) {
      if (problems.length >= enoughProblems) return;
      const { got, expected, hint } = extra;
      problems.push({
        code,
        severity: 'error',
        message: told(message),
        at: where.at,
        path: told(where.path),
        ...(got === undefined ? {} : { got: told(got) }),
        ...(expected === undefined ? {} : { expected: told(expected) }),
        ...(hint === undefined ? {} : { hint: told(hint) }),
      });
    },
  };
}

/** RP1. Cut first: only what can be shown is looked at. */
function told(text: string): string {
  const clean = redact(text.slice(0, longestText));
  return text.length <= longestText ? clean : `${clean.toWellFormed()}…`;
}

/** `{hint}` for "did you mean", or nothing. */
export const didYouMean = (near: string | undefined, otherwise?: string): { readonly hint?: string } => {
  const hint = near === undefined ? otherwise : `did you mean '${near}'?`;
  return hint === undefined ? {} : { hint };
};
