/**
 * Problems as SARIF 2.1.0 (OASIS), which code scanning and editors read.
 * SA1. Every result names a rule of the run.   SA2. Columns count UTF-16 units, as the parser does.
 */
import { problemCodes } from '#core/workflow/problem.ts';
import { type CheckedFile, type FileProblem, problemsOf } from './validate-report.ts';
import { readVersion } from './version.ts';

export function sarifReport(files: readonly CheckedFile[]): string {
  const problems = files.flatMap((file) => problemsOf(file).shown);
  const codes = [...new Set(problems.map(({ code }) => code))];
  const driver = {
    name: 'baton',
    semanticVersion: readVersion(),
    rules: codes.map((id) => ({ id, shortDescription: { text: meaningOf(id) } })),
  };
  return JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => resultOf(problem, codes.indexOf(problem.code))),
      },
    ],
  });
}

/** Problems of reading a file have no entry of their own in the language. */
const meaningOf = (code: string): string =>
  Object.entries(problemCodes).find(([known]) => known === code)?.[1] ?? 'the file cannot be read';

function resultOf(
  { file, code, message, at, path, expected, hint }: FileProblem,
  ruleIndex: number,
): unknown {
  const text = [message, expected && `expected: ${expected}`, hint && `help: ${hint}`];
  const end = at?.endColumn === undefined ? {} : { endColumn: at.endColumn };
  return {
    ruleId: code,
    ruleIndex,
    level: 'error',
    message: { text: text.filter(Boolean).join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          ...(at === undefined ? {} : { region: { startLine: at.line, startColumn: at.column, ...end } }),
        },
        ...(path === undefined || path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
      },
    ],
  };
}

/** A relative or absolute reference (RFC 3986): slashes stay, everything else that a URI cannot hold is escaped. */
const uriOf = (file: string): string =>
  file
    .replaceAll('\\', '/')
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
