/**
 * Runs every test file that needs no outside service: `npm test [-- part-of-a-path …]`.
 * Fails where a test fails, where a file holds no test, and where nothing was found.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const asked = process.argv.slice(2);
// `npm run test:services` runs those that need real services.
const elsewhere = ['node_modules/**', '.cache/**', '.baton/**', 'tests/services/**'];
const files = globSync('**/*.test.ts', { exclude: elsewhere })
  .filter((file) => asked.length === 0 || asked.some((part) => file.includes(part)))
  .sort()
  // The longest file first, so that the others fill the second core beside it.
  .sort((a, b) => Number(b.includes('schedules')) - Number(a.includes('schedules')));

if (files.length === 0) {
  process.stderr.write(
    `no test file matches '${asked.join(' ')}'; expected part of a path such as core/run\n`,
  );
  process.exit(2);
}

const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    // One more than processors: tests that start processes mostly wait for them.
    `--test-concurrency=${availableParallelism() + 1}`,
    // A test that hangs fails by its own deadline instead of holding the suite.
    '--test-timeout=120000',
    ...files,
  ],
  // What the tests themselves start must not find settings of the person who runs them.
  { stdio: 'inherit', env: withoutSettings(process.env) },
);
process.exit(status ?? 1);

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(BATON_|KAFKA_|MONGODB_URI$|OPENAI_|OTEL_|JAEGER_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}
