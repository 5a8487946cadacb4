/** What `baton --help` costs over a bare start of Node, and how many modules it loads: it must load none it does not need. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { env as surroundings } from 'node:process';
import { ms } from './numbers.ts';
import { quantiles, type Quantiles } from './quantiles.ts';

export interface CommandLine {
  /** `node -e ''`, milliseconds. */
  readonly bare: Quantiles;
  /** `node cli/main.ts --help`, milliseconds. */
  readonly help: Quantiles;
  /** Modules of this repository and of packages that `--help` loads; Node's own apart. */
  readonly modules: number;
}

const main = join(import.meta.dirname, '..', 'cli', 'main.ts');

/** Takes turns, so that whatever else the machine does weighs on both. */
export function measureCommandLine(times: number): CommandLine {
  const bare: number[] = [];
  const help: number[] = [];
  for (let index = 0; index < times; index += 1) {
    bare.push(timed(['-e', '']));
    help.push(timed([main, '--help']));
  }
  return { bare: quantiles(bare), help: quantiles(help), modules: modulesOf([main, '--help']) };
}

function timed(args: readonly string[]): number {
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - begun;
}

/** From Node's own account of what its loader did. */
function modulesOf(args: readonly string[]): number {
  const { stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...surroundings, NODE_DEBUG: 'esm' },
  });
  const loaded = [...stderr.matchAll(/file:\/\/[^\s'",)]+\.(?:ts|js|mjs|cjs|json)\b/g)].map(([url]) => url);
  return new Set(loaded).size;
}

export const commandLineText = ({ bare, help, modules }: CommandLine): string =>
  [
    'command line                        p50 ms   p99 ms',
    `node -e ''                        ${ms(bare.p50)} ${ms(bare.p99)}`,
    `baton --help                      ${ms(help.p50)} ${ms(help.p99)}   ${modules} modules; ${ms(help.p50 - bare.p50).trim()} ms more, of 150 allowed`,
    '',
  ].join('\n');
