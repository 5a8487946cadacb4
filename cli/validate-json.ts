/** The report of `validate --json`; its shape is `schemas/validate-report.schema.json`. */
import { type CheckedFile, isGood, problemsOf } from './validate-report.ts';

export const jsonReport = (files: readonly CheckedFile[]): string =>
  JSON.stringify({ ok: files.every(isGood), files: files.map(fileReport) });

function fileReport(checked: CheckedFile): unknown {
  const { file } = checked;
  if ('result' in checked && 'definition' in checked.result) {
    const { name, version, digest, steps } = checked.result.definition;
    return { file, ok: true, name, version, digest, steps: steps.length, problems: [] };
  }
  const { shown, more } = problemsOf(checked);
  // `line` and `column` beside the rest: what editors and CI take. Both 0 where there is no place.
  const problems = shown.map(({ file: _file, at = { line: 0, column: 0 }, ...problem }) => ({
    ...problem,
    severity: 'error',
    ...at,
  }));
  return { file, ok: false, problems, more };
}
