/**
 * A test runner for Stryker that runs node:test files inside its own warm process.
 * A process for each mutant and test file would take many hours: here a mutant costs its covering tests, no more.
 * M1. A mutant is active from before the first of its modules is loaded, and its modules are loaded for it alone.
 * M2. Loading a test file counts as a test of its own: a mutant it reaches is tried with every test of that file.
 * M3. The files most likely to notice come first, since the first failing test ends the trial.
 * M4. A slow file is tried on the mutants of its own noun or folder only: elsewhere it takes seconds and finds little.
 */
import { globSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { type InstrumenterContext } from '@stryker-mutator/api/core';
import { PluginKind, declareFactoryPlugin } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  TestStatus,
  determineHitLimitReached,
  toMutantRunResult,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { takeCollected } from './collected-tests.ts';
import { hookModules, importFresh, startGeneration } from './fresh-modules.ts';

const patterns = [
  'core/**/*.test.ts',
  'tests/engine/history.test.ts',
  'tests/bad-input/{workflow-files,expressions}.test.ts',
];

/**
 * Left out: they feed millions of elements to code that counts every branch now, take seconds each, and fail at the
 * same mutants as quicker tests beside them.
 */
const tooSlow =
  /an output above the limit is too large|W20: 10,001 steps|the budget is whole again|X07: inputs\.list\.all|lets 10,000 pass|counts no steps but|a megabyte of almost-keys/;

/** M4. Each with the mutated files it is tried on. */
const slowFiles: readonly { readonly files: RegExp; readonly mutated: RegExp }[] = [
  { files: /^core\/cloud-event\.property\./, mutated: /^core\/cloud-event/ },
  { files: /^core\/event-data\.property\./, mutated: /^core\/event-(data|catalog)/ },
  { files: /^core\/json-bytes/, mutated: /^core\/(json|wire)-/ },
  { files: /^core\/(event-data|capability)\./, mutated: /^core\/[a-z-]+\.ts$/ },
  { files: /^core\/agent\/(contract-words|boundary)\./, mutated: /^core\/agent\// },
  { files: /^core\/run\/(decide[a-z-]*|advance|absorb)\./, mutated: /^core\/run\// },
  { files: /^core\/workflow\/source-size/, mutated: /^core\/workflow\/source-size/ },
  { files: /^core\/workflow\/source-tokens/, mutated: /^core\/workflow\/source-tokens/ },
  {
    files:
      /^core\/workflow\/(parse|expression|problem|graph|validate-input|language|mistakes)\.|^tests\/bad-input\//,
    mutated: /^core\/workflow\//,
  },
];

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'node-test', createRunner)];

function createRunner(): TestRunner {
  const root = process.cwd();
  const context: InstrumenterContext = {};
  Object.assign(globalThis, { __stryker__: context });
  return {
    capabilities: () => ({ reloadEnvironment: true }),
    init: () => Promise.resolve(hookModules(root)),
    dryRun: () => dryRun(root, context),
    mutantRun: (options) => mutantRun(root, context, options),
  };
}

const loadingOf = (file: string): string => `${file} (loading)`;
const fileOf = (id: string): string => id.replace(/ \(loading\)$| > .*$/s, '');

async function dryRun(root: string, context: InstrumenterContext): Promise<DryRunResult> {
  const tests: TestResult[] = [];
  for (const file of globSync(patterns, { cwd: root }).sort()) {
    startGeneration(); // every file loads all it needs itself, so that M2 holds for each
    const [loading, ...others] = await runFile(root, context, file, () => true, false);
    if (loading === undefined) continue;
    // A mutant that loading reaches is tried with the whole file (M2): that is the time it may take.
    const timeSpentMs = others.reduce((sum, test) => sum + test.timeSpentMs, loading.timeSpentMs);
    tests.push({ ...loading, timeSpentMs }, ...others);
  }
  const { mutantCoverage } = context;
  return {
    status: DryRunStatus.Complete,
    tests,
    ...(mutantCoverage === undefined ? {} : { mutantCoverage }),
  };
}

async function mutantRun(
  root: string,
  context: InstrumenterContext,
  { activeMutant, sandboxFileName, testFilter = [], hitLimit }: MutantRunOptions,
): Promise<MutantRunResult> {
  const wanted = new Set(testFilter);
  const files = [...new Set(testFilter.map(fileOf))];
  Object.assign(context, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
  startGeneration(); // M1
  const tests: TestResult[] = [];
  for (const file of likeliestFirst(files, relative(root, sandboxFileName))) {
    const all = wanted.has(loadingOf(file)); // M2
    tests.push(...(await runFile(root, context, file, (id) => all || wanted.has(id), true)));
    const stuck = determineHitLimitReached(context.hitCount, hitLimit);
    if (stuck !== undefined) return toMutantRunResult(stuck);
    if (tests.at(-1)?.status === TestStatus.Failed) break;
  }
  return toMutantRunResult({ status: DryRunStatus.Complete, tests });
}

/** Loads a test file and runs the tests of it that are wanted; `bail`: up to the first that fails. */
async function runFile(
  root: string,
  context: InstrumenterContext,
  file: string,
  isWanted: (id: string) => boolean,
  bail: boolean,
): Promise<readonly TestResult[]> {
  takeCollected();
  const results = [await timed(context, loadingOf(file), () => importFresh(resolve(root, file)))];
  if (results[0]?.status === TestStatus.Failed) return results;
  for (const { name, run } of takeCollected()) {
    const id = `${file} > ${name}`;
    if (!isWanted(id) || tooSlow.test(id)) continue;
    const result = await timed(context, id, run);
    results.push(result);
    if (bail && result.status === TestStatus.Failed) break;
  }
  return results;
}

async function timed(
  context: InstrumenterContext,
  id: string,
  run: () => Promise<unknown>,
): Promise<TestResult> {
  context.currentTestId = id;
  const begun = performance.now();
  const about = (): Pick<TestResult, 'id' | 'name' | 'timeSpentMs' | 'fileName'> => ({
    id,
    name: id,
    timeSpentMs: performance.now() - begun,
    fileName: resolve(fileOf(id)),
  });
  try {
    await run();
    return { ...about(), status: TestStatus.Success };
  } catch (thrown) {
    return { ...about(), status: TestStatus.Failed, failureMessage: String(thrown) };
  }
}

/** M3, M4: the mutated file's own tests, then those of its folder, then the others. */
function likeliestFirst(files: readonly string[], mutated: string): readonly string[] {
  const stem = basename(mutated, '.ts');
  const far = (file: string): number =>
    Number(dirname(file) !== dirname(mutated)) * 2 +
    Number(!`${stem}-`.startsWith(`${basename(file).split('.')[0]}-`));
  return files
    .filter((file) => slowFiles.find((slow) => slow.files.test(file))?.mutated.test(mutated) ?? true)
    .sort((a, b) => far(a) - far(b) || Number(isSlow(a)) - Number(isSlow(b)));
}

const isSlow = (file: string): boolean => file.includes('.property.');
