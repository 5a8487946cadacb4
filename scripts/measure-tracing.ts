/**
 * What tracing adds to the start of a function: `node scripts/measure-tracing.ts [--rounds 15]`. Bytes of the bundle
 * with and without the SDK and its OTLP exporter, and the time to load each in a new process, one beside the other.
 * AWS's layer (ADOT) is not in a package registry: what others measured of it stands in docs/explanation/tracing-on-aws.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execPath, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { buildBundles, sizeOf } from '#infra/bundles.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const entry = 'functions/orchestrator/index.ts';
// In the repository, where bundling finds packages and writes paths relative to it.
const cache = join(import.meta.dirname, '..', '.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'measure-'));
try {
  const bundle = (await buildBundles([entry], folder)).get(entry);
  if (bundle === undefined)
    throw new Error(`no bundle was made: got none of ${entry}, expected one. Build it alone.`);
  const { outputs } = bundle.metafile;
  const tracing = Object.keys(outputs).find((file) => /\/open-telemetry-\w+\.mjs$/.test(file));
  if (tracing === undefined)
    throw new Error(
      `tracing is no part of its own: got ${Object.keys(outputs).length} files, expected chunks/open-telemetry-*.mjs. See adapters/telemetry.`,
    );
  const { total, untraced, atStart } = sizeOf(bundle);
  const index = join(bundle.folder, 'index.mjs');
  const chunk = join(bundle.folder, tracing.slice(tracing.indexOf('chunks/')));
  const ways = { nothing: [], function: [index], 'function and tracing': [index, chunk] } as const;
  const times = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const [way, files] of Object.entries(ways)) times.get(way)?.push(loadMs(files));
  stdout.write(
    `bytes: ${atStart} read at start, ${untraced} without tracing, ${total} in all: tracing ${total - untraced}\n`,
  );
  for (const [way, measured] of times)
    stdout.write(`load ${way}: ${median(measured).toFixed(0)} ms (median of ${measured.length})\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In a process of its own: nothing is loaded yet, as in a new sandbox. Processor time, which neighbours disturb less. */
function loadMs(files: readonly string[]): number {
  const imports = files.map((file) => `await import(${JSON.stringify(file)});`).join(' ');
  const code = `${imports} const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000)); process.exit(0);`;
  const { stdout: said, stderr } = spawnSync(execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: {},
  });
  const ms = Number(said);
  if (said !== '' && Number.isFinite(ms)) return ms;
  throw new Error(
    `a bundle could not be loaded: got ${stderr.slice(0, 500)}, expected a time. Run it by hand.`,
  );
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
