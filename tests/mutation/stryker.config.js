/** Mutation testing of core: see README.md beside this file. */
export default {
  testRunner: 'node-test',
  plugins: ['./tests/mutation/node-test-runner.ts'],
  mutate: ['core/**/*.ts', '!core/**/*.test.ts', '!core/**/*.fixtures.ts'],
  coverageAnalysis: 'perTest',
  thresholds: { high: 90, low: 80, break: 80 },
  concurrency: 2,
  // Module instances are never freed: a fresh process now and then keeps memory bounded.
  maxTestRunnerReuse: 300,
  // By the clock, so long: on a busy machine a trial that merely waits its turn would count as noticed. What loops is
  // found by counting the branches it takes.
  timeoutMS: 60_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 120,
  tempDirName: '.cache/stryker',
  ignorePatterns: [
    '/docs',
    '/bench',
    '/cli',
    '/local',
    '/adapters',
    '/functions',
    '/simulation',
    '/infra',
    '/.*',
  ],
  // Types are stripped, never checked, in a mutated tree.
  disableTypeChecks: false,
  reporters: ['progress', 'clear-text', 'json', 'html'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  incrementalFile: '.cache/mutation/incremental.json',
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  htmlReporter: { fileName: '.cache/mutation/report.html' },
  checkers: [],
  allowConsoleColors: false,
};
