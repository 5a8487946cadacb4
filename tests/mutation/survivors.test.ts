import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { explain, type SurvivorClass } from './explain.ts';
import { named } from './explanations/named.ts';
import { digestOf, resultsOf, scoreOf, type Mutant } from './report.ts';
import { page, survivorsPage } from './survivors.ts';

const root = join(import.meta.dirname, '..', '..');

/** A mutant of the text from one column to another of a line, both from 1. */
const mutant = (status: string, line: number, from: number, to: number, replacement: string): Mutant => ({
  ...{ mutatorName: 'StringLiteral', status, replacement },
  location: { start: { line, column: from }, end: { line, column: to } },
});
const source = "const a = 'one';\nconst b = 'two  words';\n";
const report = {
  files: {
    'core/b.ts': {
      source,
      mutants: [
        mutant('Survived', 2, 11, 23, '""'),
        mutant('NoCoverage', 1, 11, 16, '""'),
        mutant('Killed', 1, 1, 6, ''),
        mutant('Timeout', 1, 1, 6, ''),
      ],
    },
    'core/a.ts': { source, mutants: [mutant('Killed', 1, 1, 6, '')] },
    'core/types.ts': { source, mutants: [] },
  },
};
const wording: SurvivorClass = {
  ...{ title: 'Words', kind: 'wording', reason: 'They are only words.' },
  holds: ({ code }) => code.includes('words'),
};

describe('a report of a run', () => {
  const results = resultsOf(report);
  const survivors = results.flatMap((result) => result.survivors);
  const tried = new Set(results.map(({ file }) => file));

  it('gives the files that have mutants, in order, with their survivors in the order of the lines', () => {
    assert.deepEqual(
      results.map(({ file, mutants, killed, timedOut, digest }) => [file, mutants, killed, timedOut, digest]),
      [
        ['core/a.ts', 1, 1, 0, digestOf(source)],
        ['core/b.ts', 4, 1, 1, digestOf(source)],
      ],
    );
    assert.deepEqual(
      survivors.map(({ line, code, isUnreached }) => [line, code, isUnreached]),
      [
        [1, "'one'", true],
        [2, "'two words'", false],
      ],
    );
  });

  it('counts what nothing reaches as survived, and what runs on and on as noticed', () => {
    assert.equal(scoreOf(results), 60);
    assert.equal(scoreOf([]), 100);
  });

  it('is refused where it has a status that nobody thought of', () => {
    const odd = { files: { 'core/a.ts': { source, mutants: [mutant('RuntimeError', 1, 1, 6, '')] } } };
    assert.throws(
      () => resultsOf(odd),
      /core\/a\.ts has mutants of the status RuntimeError; expected Killed/,
    );
  });

  it('is explained by name before it is by class, and the rest is not explained', () => {
    const name = { file: 'core/b.ts', code: "'one'", kind: 'equivalent', reason: 'r' } as const;
    const idle = { ...name, becomes: 'other' };
    const untried = { ...name, file: 'core/c.ts' };
    const explained = explain(survivors, [wording], [idle, name, untried], tried);
    assert.deepEqual(explained.idle, [idle]);
    assert.deepEqual(explained.unexplained, []);
    assert.deepEqual(explained.named, [[name, survivors.slice(0, 1)]]);
    assert.deepEqual(explained.classes, [[wording, survivors.slice(1)]]);
    assert.deepEqual(explain(survivors, [wording], [], tried).unexplained, survivors.slice(0, 1));
  });

  it('becomes a page with the numbers of each file and every survivor that no class explains', () => {
    const text = survivorsPage(results, explain(survivors, [wording], [], tried), {
      on: '2026-01-02',
      commit: 'abc',
      absent: ['core/ports.ts'],
    });
    assert.match(text, /Measured on 2026-01-02 at commit abc: 5 mutants in 2 files, 2 killed, 1 stopped/);
    assert.match(text, /^\| `core\/b\.ts` \| 4 \| 2 \| 2 \| 50\.0 \| [0-9a-f]{8} \|$/m);
    assert.match(text, /^Not in the report, .*: `core\/ports\.ts`\.$/m);
    assert.match(text, /### Words\n\n_wording, 1\._ They are only words\.\n\n- `core\/b\.ts`: 2/);
    assert.match(text, /## Not explained\n\n- core\/b\.ts:1 ` 'one' ` → ` "" ` \(no test reaches it\)/);
  });
});

test('the page of survivors names files that are there, each with the digest of the text that was measured', () => {
  const rows = [...readFileSync(page, 'utf8').matchAll(/^\| `(core\/[^`]+)` .* ([0-9a-f]{8}) +\|$/gm)];
  assert.ok(rows.length > 0, 'no files in the page');
  for (const [, file = ''] of rows) assert.ok(existsSync(join(root, file)), file);
});

test('what is explained by name stands in files that are there', () => {
  for (const { file, code } of named) assert.ok(existsSync(join(root, file)), `${file} ${code}`);
});
