/**
 * What `validate` found, as data: the list that every format is made from.
 * VR1. The same problems in every format, at most twenty for each file, and how many were left out.
 */
import { firstProblems, type Position } from '#core/workflow/problem.ts';
import { CliError, type CliProblem } from './problem.ts';
import { readWorkflow, type WorkflowFile } from './workflow-files.ts';

export type CheckedFile = WorkflowFile | { readonly file: string; readonly unreadable: CliProblem };

/** One problem with its place; `at` is absent where the problem has none (a file that cannot be read). */
export interface FileProblem {
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly at?: Position;
  readonly path?: string;
  readonly got?: string;
  readonly expected?: string;
  readonly hint?: string;
}

/** A file that cannot be read must not hide the problems of the others. */
export async function checkFile(path: string): Promise<CheckedFile> {
  try {
    return await readWorkflow(path);
  } catch (error) {
    if (error instanceof CliError) return { file: path, unreadable: error.problem };
    throw error;
  }
}

export const isGood = (file: CheckedFile): boolean => 'result' in file && 'definition' in file.result;

export function problemsOf(checked: CheckedFile): {
  readonly shown: readonly FileProblem[];
  readonly more: number;
} {
  const { file } = checked;
  if ('unreadable' in checked) {
    const { exit: _exit, ...problem } = checked.unreadable;
    return { shown: [{ file, ...problem }], more: 0 };
  }
  if ('definition' in checked.result) return { shown: [], more: 0 };
  const { shown, more } = firstProblems(checked.result.problems);
  return {
    more,
    shown: shown.map(({ severity: _severity, at, ...problem }) => ({
      file,
      ...problem,
      ...(at.line === 0 ? {} : { at }),
    })),
  };
}
