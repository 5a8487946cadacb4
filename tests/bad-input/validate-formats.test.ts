/**
 * Letter W through the real command line: every file of `files/`, in every format. `files/expected.txt` is what a person
 * sees: after a change of a message, look at `UPDATE=1 npm test -- validate-formats` in the diff.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { baton, root } from '#cli/spawn.fixture.ts';
import { problemCodes } from '#core/workflow/problem.ts';
import { assertClean } from './error-contract.ts';
import { badWorkflows } from './bad-workflows.ts';
import { row } from './rows.ts';

const folder = 'tests/bad-input/files';
const files = readdirSync(join(root, folder))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `${folder}/${name}`)
  .sort();

interface Report {
  readonly ok: boolean;
  readonly files: readonly { readonly file: string; readonly problems: readonly { readonly code: string; readonly message: string; readonly line: number; readonly column: number }[] }[];
} // prettier-ignore
let report: Report;

describe('validate over many bad files', () => {
  before(async () => {
    const { code, stdout, stderr } = await baton(['validate', '--json', ...files]);
    assert.deepEqual([code, stderr], [2, '']);
    report = JSON.parse(stdout) as Report;
  });

  row('W01', 'and each other row that fits in a file has one there, with the code that the list says', () => {
    const small = badWorkflows.filter(({ text, file }) => text.length <= 600 && file === undefined);
    for (const id of new Set(small.map((bad) => bad.id))) {
      const codes = small.filter((bad) => bad.id === id).map(({ code }) => code);
      const found = report.files.filter(({ file }) => file.startsWith(`${folder}/${id}-`));
      assert.ok(found.length > 0, `no file for ${id}`);
      for (const { file, problems } of found)
        assert.ok(problems.some(({ code }) => codes.some((one) => one === code)), `${file} gives another code`); // prettier-ignore
    }
  });

  it('prints them as a compiler does: place, code, line, caret, what to do; exit 2', async () => {
    const { code, stdout, stderr } = await baton(['validate', ...files]);
    assert.deepEqual([code, stdout], [2, '']);
    assertClean(stderr);
    const expected = join(root, folder, 'expected.txt');
    if (env['UPDATE'] === '1') writeFileSync(expected, stderr);
    assert.equal(stderr, readFileSync(expected, 'utf8'));
    assert.match(stderr, new RegExp(`${files.length} of ${files.length} files have problems\n$`));
  });

  it('gives --json in the shape of schemas/cli/validate.json', async () => {
    const schema = JSON.parse(readFileSync(join(root, 'schemas/cli/validate.json'), 'utf8')) as object;
    const fits = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    assert.ok(fits(report), JSON.stringify(fits.errors));
    const mixed = ['workflows/design-and-provision.yaml', 'no/such/file.yaml', ...files.slice(0, 2)];
    const { stdout } = await baton(['validate', ...mixed, '--format', 'json']);
    assert.ok(fits(JSON.parse(stdout)), JSON.stringify(fits.errors));
    assert.equal(fits({ ok: true }), false, 'the schema can say no');
  }); // prettier-ignore

  it('gives --format github: one annotation a problem, escaped so that no text ends or adds one', async () => {
    const { code, stdout } = await baton(['validate', '--format', 'github', ...files, 'a,b:c%\n.yaml']);
    assert.equal(code, 2);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, report.files.flatMap(({ problems }) => problems).length + 1);
    for (const line of lines) assert.match(line, /^::error file=[^,:]+(?:,line=\d+,col=\d+(?:,endColumn=\d+)?)?,title=[A-Z0-9_]+::.+$/); // prettier-ignore
    assert.match(lines.at(-1) ?? '', /^::error file=a%2Cb%3Ac%25%0A\.yaml,title=FILE_MISSING::/);
    assertClean(stdout);
  });

  it('gives --format sarif that fits what SARIF 2.1.0 requires', async () => {
    const { code, stdout, stderr } = await baton(['validate', '--format', 'sarif', ...files, 'no such/é.yaml']);
    assert.deepEqual([code, stderr], [2, '']);
    const log = JSON.parse(stdout) as Sarif;
    assert.equal(log.version, '2.1.0');
    const [run, ...others] = log.runs;
    assert.ok(run !== undefined && others.length === 0);
    assert.equal(run.tool.driver.name, 'baton');
    assert.match(run.tool.driver.semanticVersion, /^\d+\.\d+\.\d+/);
    const { rules } = run.tool.driver;
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length, 'each rule once');
    assert.equal(run.results.length, report.files.flatMap(({ problems }) => problems).length + 1);
    for (const result of run.results) {
      assert.equal(rules[result.ruleIndex]?.id, result.ruleId);
      assert.equal(result.level, 'error');
      assert.ok(result.message.text.length > 0);
      const { artifactLocation, region } = result.locations[0]?.physicalLocation ?? {};
      assert.match(artifactLocation?.uri ?? '', /^[A-Za-z0-9._~%/!'()*-]+$/, 'a URI reference');
      if (region !== undefined) {
        assert.ok(region.startLine >= 1 && region.startColumn >= 1);
        assert.ok(region.endColumn === undefined || region.endColumn > region.startColumn);
      }
    }
    assert.equal(run.results.at(-1)?.locations[0]?.physicalLocation.artifactLocation.uri, 'no%20such/%C3%A9.yaml');
  }); // prettier-ignore

  it('refuses a format it does not know, and two at once', async () => {
    for (const args of [
      ['--format', 'xml'],
      ['--json', '--format', 'sarif'],
    ]) {
      const { code, stdout, stderr } = await baton(['validate', ...args, ...files.slice(0, 1)]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /^error\[USAGE\]: --/);
    }
  });

  it('gives no annotation and an empty SARIF run for good files, exit 0', async () => {
    const good = 'workflows/design-and-provision.yaml';
    const github = await baton(['validate', '--format', 'github', good]);
    assert.deepEqual([github.code, github.stdout], [0, '']);
    const sarif = await baton(['validate', '--format', 'sarif', good]);
    assert.deepEqual([sarif.code, (JSON.parse(sarif.stdout) as Sarif).runs[0]?.results], [0, []]);
  });

  it('gives codes that are in the list of codes', () => {
    const codes = report.files.flatMap(({ problems }) => problems.map(({ code }) => code));
    assert.deepEqual(codes.filter((code) => !Object.hasOwn(problemCodes, code)), []);
  }); // prettier-ignore
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: { readonly name: string; readonly semanticVersion: string; readonly rules: readonly { readonly id: string }[] };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region?: { readonly startLine: number; readonly startColumn: number; readonly endColumn?: number };
        };
      }[];
    }[];
  }[];
} // prettier-ignore
