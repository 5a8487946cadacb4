/** Everything a change must pass: format, lint, types, tests. `npm run check [-- --no-tests]`. */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [name: string, ...command: string[]])[] = [
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  ['lint', 'eslint', '--max-warnings=0', '.'],
  ['types', 'tsc'],
  ...(process.argv.includes('--no-tests')
    ? []
    : [['tests', process.execPath, 'scripts/run-tests.ts'] as const]),
];

for (const [name, command = '', ...args] of steps) {
  process.stderr.write(`check: ${name}\n`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed\n`);
    process.exit(status ?? 1);
  }
}
process.stderr.write('check: all passed\n');
