/** Collects the problems of one file while it is parsed: all of them, in the order they were found. */
import { type Position, type Problem, type ProblemCode } from './problem.ts';

/** Beyond this many there is no use in more, only memory and time. */
export const enoughProblems = 200;

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
      if (problems.length < enoughProblems)
        problems.push({ code, severity: 'error', message, at: where.at, path: where.path, ...extra });
    },
  };
}

/** `{hint}` for "did you mean", or nothing. */
export const didYouMean = (near: string | undefined, otherwise?: string): { readonly hint?: string } => {
  const hint = near === undefined ? otherwise : `did you mean '${near}'?`;
  return hint === undefined ? {} : { hint };
};
