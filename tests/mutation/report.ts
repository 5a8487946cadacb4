/** What a Stryker report says, per file of core, in the form that the page of survivors needs. */
import { createHash } from 'node:crypto';

export interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** From 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

/** A mutant that no test noticed. */
export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly mutator: string;
  /** What stood there, on one line. */
  readonly code: string;
  /** What stands before it on its first line. */
  readonly before: string;
  readonly becomes: string;
  /** No test reaches the code at all. */
  readonly isUnreached: boolean;
}

export interface FileResult {
  readonly file: string;
  /** Of the source that was measured. */
  readonly digest: string;
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survivors: readonly Survivor[];
}

export function resultsOf(report: Report): readonly FileResult[] {
  return Object.entries(report.files)
    .filter(([, { mutants }]) => mutants.length > 0)
    .map(([file, { source, mutants }]) => resultOf(file, source, mutants))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

export const digestOf = (source: string): string =>
  createHash('sha256').update(source).digest('hex').slice(0, 8);

/** In percent; a file without mutants has nothing to notice. */
export const scoreOf = (results: readonly FileResult[]): number => {
  const all = results.reduce((sum, { mutants }) => sum + mutants, 0);
  const left = results.reduce((sum, { survivors }) => sum + survivors.length, 0);
  return all === 0 ? 100 : (100 * (all - left)) / all;
};

function resultOf(file: string, source: string, mutants: readonly Mutant[]): FileResult {
  const unread = mutants.filter(({ status }) => !known.has(status));
  if (unread.length > 0)
    throw new Error(
      `${file} has mutants of the status ${unread[0]?.status}; expected ${[...known].join(', ')}`,
    );
  const count = (status: string): number => mutants.filter((mutant) => mutant.status === status).length;
  return {
    file,
    digest: digestOf(source),
    mutants: mutants.length,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survivors: mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map((mutant) => survivorOf(file, source, mutant))
      .sort((a, b) => a.line - b.line),
  };
}

const known: ReadonlySet<string> = new Set(['Killed', 'Timeout', 'Survived', 'NoCoverage']);

function survivorOf(file: string, source: string, mutant: Mutant): Survivor {
  const { start, end } = mutant.location;
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const code = lines
    .map((text, at) => text.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join('\n');
  return {
    file,
    line: start.line,
    mutator: mutant.mutatorName,
    code: onOneLine(code),
    before: (lines[0] ?? '').slice(0, start.column - 1).trim(),
    becomes: onOneLine(mutant.replacement ?? ''),
    isUnreached: mutant.status === 'NoCoverage',
  };
}

const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
