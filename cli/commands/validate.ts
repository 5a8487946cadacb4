/** `validate <files…>`: every problem of every file, as a compiler gives them, or in the format a machine wants. */
import { renderProblems } from '#core/workflow/problem.ts';
import type { Context } from '../context.ts';
import { counted } from '../counted.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { renderCliProblem, typed, usageError } from '../problem.ts';
import { githubReport } from '../validate-github.ts';
import { jsonReport } from '../validate-json.ts';
import { checkFile, type CheckedFile, isGood } from '../validate-report.ts';
import { sarifReport } from '../validate-sarif.ts';

export interface ValidateOptions {
  readonly json?: boolean;
  readonly format?: string;
}

const formats = ['text', 'json', 'github', 'sarif'] as const;
type Format = (typeof formats)[number];

export async function validateCommand(
  context: Context,
  files: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const format = formatOf(options);
  const checked = await Promise.all([...new Set(files)].map(checkFile));
  const bad = checked.filter((file) => !isGood(file)).length;
  print(context, format, checked);
  if (bad > 0 && checked.length > 1 && (format === 'text' || format === 'github'))
    context.output.problem(`${bad} of ${checked.length} files ${bad === 1 ? 'has' : 'have'} problems`);
  return bad === 0 ? exitCodes.ok : exitCodes.usage;
}

function formatOf({ json, format = json === true ? 'json' : 'text' }: ValidateOptions): Format {
  const known = formats.find((name) => name === format);
  if (known === undefined)
    throw usageError('USAGE', `--format ${typed(format)} is not a format`, {
      expected: formats.join(', '),
      hint: 'leave it out for text that people read',
    });
  if (json === true && known !== 'json')
    throw usageError('USAGE', `--json and --format ${known} exclude each other`, {
      expected: 'one of them',
      hint: 'leave one of them out',
    });
  return known;
}

/** stdout is data: in the formats of machines, problems are the data. */
function print({ output }: Context, format: Format, files: readonly CheckedFile[]): void {
  switch (format) {
    case 'text':
      for (const [index, file] of files.entries()) show({ output }, file, index < files.length - 1);
      return;
    case 'json':
      output.data(jsonReport(files));
      return;
    case 'sarif':
      output.data(sarifReport(files));
      return;
    case 'github':
      for (const line of githubReport(files)) output.data(line);
  }
}

/** `more`: other files follow, and an empty line keeps their problems apart. */
function show({ output }: Pick<Context, 'output'>, file: CheckedFile, more: boolean): void {
  const after = more ? '\n' : '';
  if ('unreadable' in file) output.problem(renderCliProblem(file.unreadable) + after);
  else if ('problems' in file.result) output.problem(renderProblems(file.result.problems, file) + after);
  else {
    const { name, version, steps } = file.result.definition;
    const count = counted(steps.length, 'step');
    output.data(`${file.file}: ${output.dataColours.green('ok')} (${name} ${version}, ${count})`);
  }
}
