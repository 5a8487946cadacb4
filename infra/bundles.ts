/**
 * The code that Lambda runs: one folder per function entry of the topology, made before the stacks are.
 * B1. What is deployed is self-contained: no package is looked up at run time, nothing is compiled there.
 * B2. The same sources give the same bytes, whatever the machine and the folder: the asset's hash follows the code.
 * B3. What one way of running needs alone (a driver, a tracing SDK) stays in a file of its own, loaded on demand.
 * B4. A function carries no adapter that it cannot use: no embedded database anywhere, no model where no agent runs.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { leaveOut, leftOutOf, smallerParts, workerNames } from './bundle-parts.ts';

export interface Bundle {
  /** Module of the repository, e.g. `functions/orchestrator/index.ts`. */
  readonly entry: string;
  /** Absolute; holds `index.mjs`, what it loads, and source maps. */
  readonly folder: string;
  /** Which source each byte comes from. Kept beside the folder, never deployed. */
  readonly metafile: Metafile;
}

const root = join(import.meta.dirname, '..');

/** Packages written for CommonJS ask for `require` at run time; an ES module has none of its own. */
const banner =
  "import { createRequire as batonRequire } from 'node:module'; const require = batonRequire(import.meta.url);";

/** Builds every entry, into `folder`, which is made anew. */
export async function buildBundles(
  entries: Iterable<string>,
  folder = join(root, '.cache', 'bundles'),
): Promise<ReadonlyMap<string, Bundle>> {
  await rm(folder, { recursive: true, force: true });
  const bundles = await Promise.all([...new Set(entries)].map((entry) => buildBundle(entry, folder)));
  return new Map(bundles.map((bundle) => [bundle.entry, bundle]));
}

async function buildBundle(entry: string, folder: string): Promise<Bundle> {
  const name = bundleName(entry);
  const outdir = join(folder, name);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [{ in: entry, out: 'index' }, ...workersOf(entry)],
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: banner },
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'error',
    loader: { '.yaml': 'text' },
    // Optional companions of the drivers, which they look for and do without.
    external: optionalPackages,
    plugins: [workerNames, smallerParts, leaveOut(root, leftOutOf(entry))],
  });
  await mkdir(join(folder, 'metafiles'), { recursive: true });
  await writeFile(join(folder, 'metafiles', `${name}.json`), JSON.stringify(metafile));
  return { entry, folder: outdir, metafile };
}

/** `functions/http-bridge/index.ts` gives `http-bridge`. */
export const bundleName = (entry: string): string =>
  basename(entry) === 'index.ts' ? basename(dirname(entry)) : basename(entry, '.ts');

const optionalPackages: readonly string[] & string[] = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  '@napi-rs/snappy*',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

/** A function that starts worker threads has their module beside it. */
const workersOf = (entry: string): { readonly in: string; readonly out: string }[] =>
  entry === 'functions/local-agents/index.ts'
    ? [{ in: 'functions/local-agents/worker.ts', out: 'worker' }]
    : [];

export interface BundleSize {
  /** Files of the bundle, JavaScript only, in bytes. */
  readonly total: number;
  /** What loading `index.mjs` reads at once: the files it imports without waiting. */
  readonly atStart: number;
  /** How many of the sources these files are made of. */
  readonly modulesAtStart: number;
  /** Without the tracing SDK, which is read only where spans are sent somewhere. */
  readonly untraced: number;
  /** Of `untraced`, bytes by where they come from: a package's name, or a folder of this repository; the largest first. */
  readonly origins: readonly (readonly [origin: string, bytes: number])[];
}

export function sizeOf({ metafile, folder }: Bundle): BundleSize {
  const index = relative(root, join(folder, 'index.mjs'));
  const atStart = loadedBy(metafile, index, (_, kind) => kind !== 'dynamic-import');
  const untraced = loadedBy(metafile, index, (to) => !/open-telemetry/.test(to));
  const outputs = Object.entries(metafile.outputs).filter(([file]) => file.endsWith('.mjs'));
  return {
    total: outputs.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    atStart: sum(atStart),
    modulesAtStart: new Set(sourcesOf(metafile, atStart).map(([file]) => file)).size,
    untraced: sum(untraced),
    origins: byOrigin(sourcesOf(metafile, untraced)),
  };
}

/** What the files of the bundle are made of: source, and its bytes in them. */
const sourcesOf = (
  { outputs }: Metafile,
  files: ReadonlyMap<string, number>,
): readonly (readonly [source: string, bytes: number])[] =>
  [...files.keys()].flatMap((file) =>
    Object.entries(outputs[file]?.inputs ?? {}).map(
      ([source, { bytesInOutput }]) => [source, bytesInOutput] as const,
    ),
  );

function byOrigin(sources: ReturnType<typeof sourcesOf>): BundleSize['origins'] {
  const origins = new Map<string, number>();
  for (const [file, bytes] of sources) {
    const origin = originOf(file);
    origins.set(origin, (origins.get(origin) ?? 0) + bytes);
  }
  return [...origins].sort(([, a], [, b]) => b - a);
}

const sum = (sizes: ReadonlyMap<string, number>): number => [...sizes.values()].reduce((a, b) => a + b, 0);

/** The files that are read, beginning with one, where `follows` says which imports count. */
function loadedBy(
  metafile: Metafile,
  file: string,
  follows: (to: string, kind: string) => boolean,
  found = new Map<string, number>(),
): ReadonlyMap<string, number> {
  const output = metafile.outputs[file];
  if (output === undefined || found.has(file)) return found;
  found.set(file, output.bytes);
  for (const { path, kind } of output.imports)
    if (follows(path, kind)) loadedBy(metafile, path, follows, found);
  return found;
}

/** `node_modules/@a/b/c.js` gives `@a/b`; `core/run/decide.ts` gives `core`. */
function originOf(file: string): string {
  const packaged = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(file)?.[1];
  return packaged ?? file.split('/')[0] ?? file;
}
