/**
 * Checks the Promela model of the commit protocol (`model/`) exhaustively with spin, then that each mutant of it fails.
 * `npm run test:model [-- --no-mutants] [-- --only <name>]`. Needs `spin` and `gcc`; installs nothing.
 */
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { configurations, mutants, type Check } from '../model/configurations.ts';
import { outcomeOf, problemOf, type Outcome } from './check-model-verdict.ts';

const folder = join(import.meta.dirname, '..', 'model');
const run = promisify(execFile);
const atOnce = 2;
/** Paths are far shorter than `depth`; two searches at a time stay under 8 GB. */
const limits = { depth: 200_000, megabytes: 3_500, hashBits: 22 };

const options = parseArgs({
  options: { 'no-mutants': { type: 'boolean' }, only: { type: 'string' } },
}).values;

const all = [...configurations, ...(options['no-mutants'] === true ? [] : mutants)];
const chosen = all.filter(({ name }) => options.only === undefined || name === options.only);
if (chosen.length === 0) {
  const names = all.map(({ name }) => name).join(', ');
  stop(
    `nothing in the model is called '${options.only ?? ''}'; expected one of: ${names}. Choose one of these.`,
    2,
  );
}
requireTools();
const failed = await checkAll(chosen);
if (failed.length > 0) {
  stop(
    `the model check failed: ${failed.join(', ')}; expected every configuration to hold, and every mutant ` +
      'to break its property. Read the trail (model/README.md), then mend the protocol or the model.',
    1,
  );
}
const held = chosen.filter(({ breaks }) => breaks === undefined).length;
say(`model: ${held} configurations hold; ${chosen.length - held} mutants fail as they must`);

/** The names of those that did not come out as they must. */
async function checkAll(checks: readonly Check[]): Promise<readonly string[]> {
  const queue = [...checks];
  const wrong: string[] = [];
  const worker = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const started = performance.now();
      const outcome = await search(check);
      const problem = problemOf(check, outcome);
      say(lineOf(check, outcome, (performance.now() - started) / 1000));
      if (problem === undefined) continue;
      say(`     ${problem}\n${trailHint(check)}`);
      wrong.push(check.name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return wrong;
}

function lineOf(check: Check, outcome: Outcome, seconds: number): string {
  const { states, depth, megabytes } = outcome;
  const verdict = problemOf(check, outcome) === undefined ? 'ok  ' : 'FAIL';
  const broke = check.breaks === undefined ? '' : `, breaks ${check.breaks}`;
  return (
    `${verdict} ${check.name.padEnd(25)} ${states.toLocaleString('en')} states, depth ${depth}, ` +
    `${megabytes.toFixed(0)} MB, ${seconds.toFixed(0)} s${broke}`
  );
}

function trailHint(check: Check): string {
  const given = flags(check.defines).join(' ');
  const pan = `./pan -m${limits.depth}${check.cycles === true ? ' -l' : ''}`;
  const mode = check.cycles === true ? '-DNP' : '-DSAFETY';
  return (
    `     See it: cd model && spin -a ${given} commits.pml && gcc ${mode} -DCOLLAPSE -DVECTORSZ=4096 -w -o pan pan.c && ` +
    `${pan}; spin -t ${given} commits.pml | grep -E 'worker|log|timer'`
  );
}

async function search(check: Check): Promise<Outcome> {
  const place = mkdtempSync(join(tmpdir(), 'baton-model-'));
  try {
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.pml')) copyFileSync(join(folder, file), join(place, file));
    }
    await run('spin', ['-a', ...flags(check.defines), 'commits.pml'], { cwd: place, maxBuffer: 1e8 });
    await run('gcc', [...compilerFlags(check), '-o', 'pan', 'pan.c'], { cwd: place, maxBuffer: 1e8 });
    return outcomeOf(await searched(place, check));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Everything pan printed, also where a signal or its own limits ended it: the verdict is read from that. */
async function searched(place: string, check: Check): Promise<string> {
  const given = [`-m${limits.depth}`, `-w${limits.hashBits}`, ...(check.cycles === true ? ['-l'] : [])];
  return new Promise((resolve) => {
    execFile('./pan', given, { cwd: place, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const signal = error?.signal ?? undefined;
      resolve(`${stdout}${stderr}${signal === undefined ? '' : `\nKilled: ${signal}`}`);
    });
  });
}

function flags(defines: Check['defines']): readonly string[] {
  return Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
}

/** What must fail fails early, so that compiling it well would take longer than it saves. */
function compilerFlags(check: Check): readonly string[] {
  return [
    check.breaks === undefined ? '-O1' : '-O0',
    check.cycles === true ? '-DNP' : '-DSAFETY',
    '-DCOLLAPSE', // exact, unlike bit-state hashing
    '-DVECTORSZ=4096',
    `-DMEMLIM=${limits.megabytes}`,
    '-w',
  ];
}

function requireTools(): void {
  const missing = ['spin', 'gcc'].filter((tool) => {
    const { error } = spawnSync(tool, [tool === 'spin' ? '-V' : '--version'], { stdio: 'ignore' });
    return error !== undefined;
  });
  if (missing.length > 0) {
    stop(
      `the model cannot be checked: ${missing.join(' and ')} not found on the PATH; expected spin 6.5 and gcc. ` +
        'Install them (`apt-get install spin gcc`), then run `npm run test:model` again.',
      4,
    );
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function stop(problem: string, status: number): never {
  process.stderr.write(`${problem}\n`);
  process.exit(status);
}
