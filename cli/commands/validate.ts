/** `validate <files…>`: every problem of every file, as a compiler shows them. */
import { firstProblems, type Problem, renderProblems } from '#core/workflow/problem.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { CliError, type CliProblem, renderCliProblem } from '../problem.ts';
import { readWorkflow, type WorkflowFile } from '../workflow-files.ts';

export interface ValidateOptions {
  readonly json?: boolean;
}

type Checked = WorkflowFile | { readonly file: string; readonly unreadable: CliProblem };

export async function validateCommand(
  context: Context,
  files: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const checked = files.map(check);
  const bad = checked.filter((file) => !isGood(file)).length;
  if (options.json === true)
    context.output.data(JSON.stringify({ ok: bad === 0, files: checked.map(jsonOf) }));
  else for (const file of checked) show(context, file);
  if (bad > 0 && files.length > 1)
    context.output.problem(`${bad} of ${files.length} files ${bad === 1 ? 'has' : 'have'} problems`);
  return bad === 0 ? exitCodes.ok : exitCodes.usage;
}

/** A file that cannot be read must not hide the problems of the others. */
function check(path: string): Checked {
  try {
    return readWorkflow(path);
  } catch (error) {
    if (error instanceof CliError) return { file: path, unreadable: error.problem };
    throw error;
  }
}

const isGood = (file: Checked): boolean => 'result' in file && 'definition' in file.result;

function show({ output }: Context, file: Checked): void {
  if ('unreadable' in file) output.problem(renderCliProblem(file.unreadable));
  else if ('problems' in file.result) output.problem(renderProblems(file.result.problems, file));
  else {
    const { name, version, steps } = file.result.definition;
    const count = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`;
    output.data(`${file.file}: ${output.dataColours.green('ok')} (${name} ${version}, ${count})`);
  }
}

function jsonOf(file: Checked): unknown {
  if ('unreadable' in file) {
    const { code, message, expected, hint } = file.unreadable;
    return { file: file.file, ok: false, problems: [{ code, severity: 'error', message, expected, hint }] };
  }
  if ('definition' in file.result) {
    const { name, version, digest, steps } = file.result.definition;
    return { file: file.file, ok: true, name, version, digest, steps: steps.length, problems: [] };
  }
  const { shown, more } = firstProblems(file.result.problems);
  return { file: file.file, ok: false, problems: shown.map(flat), more };
}

/** `line` and `column` beside the rest: what editors and CI take. Both 0 where there is no place. */
const flat = ({ at, ...problem }: Problem): unknown => ({ ...problem, ...at });
