/**
 * Problems as workflow commands of GitHub Actions: a line each, shown beside the line of the file they are in.
 * Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of its toolkit (`command.ts`).
 */
import { type CheckedFile, type FileProblem, problemsOf } from './validate-report.ts';

export const githubReport = (files: readonly CheckedFile[]): readonly string[] =>
  files.flatMap((file) => problemsOf(file).shown.map(command));

function command({ file, code, message, at, expected, hint }: FileProblem): string {
  const properties = {
    file,
    ...(at === undefined ? {} : { line: at.line, col: at.column }),
    ...(at?.endColumn === undefined ? {} : { endColumn: at.endColumn }),
    title: code,
  };
  const listed = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(String(value))}`,
  );
  const text = [message, expected && `expected: ${expected}`, hint && `help: ${hint}`];
  return `::error ${listed.join(',')}::${escapeData(text.filter(Boolean).join('\n'))}`;
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
