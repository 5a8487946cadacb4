/**
 * Proof that the simulator finds bugs: each of `bugs.ts` goes into a copy of the tree, alone, and has to be found.
 * FB1. A replacement whose text does not occur exactly once is an error: a bug that is not there cannot be missed.
 * FB2. The unchanged copy, played as long, shows no violation: what is found is the bug.
 *
 * `node tests/simulation/find-bugs.ts [--only <part of a name>] [--schedules <n>] [--control <n>]`; exit 1 where a bug
 * was missed or the control shows a violation.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bugs, type Bug, type SearchResult } from './bugs.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const copied = ['core', 'functions', 'simulation', 'tests/simulation', 'package.json', 'tsconfig.json'];
const atOnce = 2;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    schedules: { type: 'string', default: '10000' },
    control: { type: 'string' },
  },
});
async function main(): Promise<number> {
  const chosen = bugs.filter(({ name }) => name.includes(values.only));
  const found = new Map<string, SearchResult>();
  const queue = [...chosen];
  const worker = async (): Promise<void> => {
    for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
      const result = await searchIn(Number(values.schedules), bug);
      found.set(bug.name, result);
      say(lineOf(bug.name, result));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const missed = chosen.filter(({ name }) => found.get(name)?.violation === undefined);
  const control = await searchIn(Number(values.control ?? longest(found)));
  say(lineOf('control, no bug', control));
  say(`${chosen.length - missed.length} of ${chosen.length} bugs found`);
  if (missed.length > 0) say(`not found: ${missed.map(({ name }) => name).join('; ')}`);
  return missed.length > 0 || control.violation !== undefined ? 1 : 0;
}

/** The control is played at least as long as the bug that took longest, and never so short that it says nothing. */
const longest = (found: ReadonlyMap<string, SearchResult>): number =>
  Math.max(2_000, ...[...found.values()].map(({ schedules }) => schedules));

async function searchIn(schedules: number, bug?: Bug): Promise<SearchResult> {
  const copy = await mkdtemp(join(tmpdir(), 'baton-bug-'));
  try {
    for (const name of copied) await cp(join(root, name), join(copy, name), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
    if (bug !== undefined) await mutate(copy, bug);
    const { stdout } = await run(process.execPath, ['tests/simulation/search.ts', String(schedules)], {
      cwd: copy,
    });
    return JSON.parse(stdout) as SearchResult;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function mutate(copy: string, { name, file, from, to }: Bug): Promise<void> {
  const path = join(copy, file);
  const parts = (await readFile(path, 'utf8')).split(from);
  if (parts.length !== 2)
    throw new Error(
      `the bug '${name}' cannot be put in: its text occurs ${parts.length - 1} times in ${file}; expected once. ` +
        `Bring \`from\` in tests/simulation/bugs.ts up to date with: ${from}`,
    );
  await writeFile(path, parts.join(to));
}

const lineOf = (name: string, { schedules, scenario, violation }: SearchResult): string =>
  violation === undefined
    ? `${name}: nothing in ${schedules} schedules`
    : `${name}: found in ${schedules} schedules (${scenario ?? ''}): ${violation}`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
