/** Programs of this machine that fetch, build and run the services, and what to install where one is missing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ServicesError } from './problem.ts';

export interface Tool {
  readonly command: string;
  /** Prints its version. */
  readonly version: readonly string[];
  /** Major (and minor) version, at least. */
  readonly least: readonly [major: number, minor: number];
  /** Reads as `apt-get install …`. */
  readonly debian: string;
}

export const tools = {
  java: {
    command: 'java',
    version: ['-version'],
    least: [17, 0],
    debian: '`apt-get install openjdk-17-jre-headless`',
  },
  maven: { command: 'mvn', version: ['-v'], least: [3, 6], debian: '`apt-get install maven`' },
  python: { command: 'python3', version: ['--version'], least: [3, 8], debian: '`apt-get install python3`' },
  pip: {
    command: 'python3',
    version: ['-m', 'pip', '--version'],
    least: [20, 0],
    debian: '`apt-get install python3-pip`',
  },
  go: {
    command: 'go',
    version: ['version'],
    least: [1, 22],
    debian:
      '`apt-get install golang-go`; where that is older, as in Debian 12, take golang-1.22 from the backports and put its bin folder on the PATH',
  },
  kcat: { command: 'kcat', version: ['-V'], least: [1, 6], debian: '`apt-get install kcat`' },
  buildah: {
    command: 'buildah',
    version: ['--version'],
    least: [1, 24],
    debian: '`apt-get install buildah`',
  },
  debootstrap: {
    command: 'debootstrap',
    version: ['--version'],
    least: [1, 0],
    debian: '`apt-get install debootstrap`',
  },
} as const satisfies Readonly<Record<string, Tool>>;

/** Throws, naming every one that is missing or too old. `env` is where they are looked for. */
export function requireTools(needed: readonly Tool[], why: string, env = process.env): void {
  const lacking = needed.map((tool) => ({ tool, found: versionOf(tool, env) })).filter(isLacking);
  if (lacking.length === 0) return;
  const list = lacking.map(({ tool, found }) => {
    const name = [tool.command, ...tool.version.filter((word) => word === 'pip')].join(' with ');
    return found === undefined ? `${name} is missing` : `${name} is ${found.join('.')}`;
  });
  throw new ServicesError({
    what: `${why} needs programs that this machine lacks: ${list.join(', ')}`,
    expected: lacking.map(({ tool }) => `${tool.command} ${tool.least.join('.')} or newer`).join(', '),
    fix: `${lacking.map(({ tool }) => tool.debian).join(' and ')}, then run the command again. Without them: docker compose -f docker-compose.local.yml up.`,
  });
}

type Found = readonly [number, number] | undefined;

const isLacking = ({ tool, found }: { readonly tool: Tool; readonly found: Found }): boolean =>
  found === undefined || found[0] < tool.least[0] || (found[0] === tool.least[0] && found[1] < tool.least[1]);

/** The first thing like a version in what it prints, on whichever stream (java: stderr), colours aside (Maven). */
function versionOf(tool: Tool, env: NodeJS.ProcessEnv): Found {
  const { status, stdout, stderr } = spawnSync(tool.command, tool.version, { encoding: 'utf8', env });
  if (status !== 0) return undefined;
  const printed = stripVTControlCharacters(`${stdout}${stderr}`);
  const [, major, minor = '0'] = /(\d+)\.(\d+)/.exec(printed) ?? /(\d+)/.exec(printed) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

export interface Work {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Everything it prints goes here. */
  readonly log: string;
}

/** Runs a program to its end; throws with the last lines it printed where it fails. */
export async function perform(work: Work): Promise<void> {
  const child = launch(work, false);
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'nothing'));
  });
  if (code === 0) return;
  throw new ServicesError({
    what: `\`${work.command} ${work.args.join(' ')}\` ended with ${code}; its last lines:\n${lastLines(work.log)}`,
    expected: 'that it ends with 0',
    fix: `mend what these lines tell (is the package registry reachable?), then run the command again. All of it: ${work.log}`,
  });
}

/** Starts a program; detached, it outlives us. */
export function launch(work: Work, detached: boolean): ChildProcess {
  mkdirSync(dirname(work.log), { recursive: true });
  const out = openSync(work.log, 'w');
  try {
    return spawn(work.command, work.args, {
      cwd: work.cwd,
      env: { ...process.env, ...work.env },
      stdio: ['ignore', out, out],
      detached,
    });
  } finally {
    closeSync(out);
  }
}

/** What a person needs of a log to see why. */
export function lastLines(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12);
    return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
  } catch {
    return '    (nothing was printed)';
  }
}
