/**
 * A cold start, by bundle: what is read, how long importing takes, and the first event, which opens settings and drivers.
 * Beside it a bare start of Node. Where MONGODB_URI names a database, also those whose first event connects to it.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MongoClient } from 'mongodb';
import { manifests } from '#agents/manifests.ts';
import { reasons, type Share, sharesOf } from '#infra/bundle-origins.ts';
import { type Bundle, buildBundles, bundleName, type BundleSize, sizeOf } from '#infra/bundles.ts';
import { topologyOf } from '#infra/topology.ts';
import { ms } from './numbers.ts';
import { quantiles, type Quantiles } from './quantiles.ts';

export interface Bundles {
  /** A whole process, `node -e ''`, milliseconds. */
  readonly bare: Quantiles;
  readonly bundles: readonly ColdStart[];
  /** Of the orchestrator, in bytes. */
  readonly shares: Readonly<Record<Share, number>>;
  readonly origins: BundleSize['origins'];
}

export interface ColdStart extends Omit<BundleSize, 'origins'> {
  readonly name: string;
  /** Milliseconds. */
  readonly import: Quantiles;
  /** Milliseconds; absent where it needs a service that is not there. */
  readonly firstEvent?: Quantiles;
  /** What the first event was. */
  readonly event: string;
}

export async function measureBundles(quick: boolean): Promise<Bundles> {
  const { bundleEntries } = await import('#infra/system.ts'); // the CDK, which other sections do without
  const folder = join(import.meta.dirname, '..', '.cache', 'bench-bundles');
  const built = await buildBundles(bundleEntries(topologyOf(manifests)), folder);
  try {
    const times = quick ? 5 : 15;
    const bare = Array.from({ length: times }, () => wallOf(['-e', '']));
    const mongodbUri = ownDatabase(process.env['MONGODB_URI']);
    const starts = [...built.values()].map((bundle) => coldStart(bundle, times, mongodbUri));
    await dropDatabase(mongodbUri);
    const orchestrator = built.get('functions/orchestrator/index.ts');
    if (orchestrator === undefined) throw new Error('the topology has no orchestrator');
    const { origins } = sizeOf(orchestrator);
    return { bare: quantiles(bare), bundles: starts, shares: sharesOf({ origins }), origins };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function wallOf(args: readonly string[]): number {
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env: {} });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - begun;
}

function coldStart(bundle: Bundle, times: number, mongodbUri: string | undefined): ColdStart {
  const name = bundleName(bundle.entry);
  const { origins: _, ...size } = sizeOf(bundle);
  const first = firstEvents(mongodbUri)[name];
  const taken = Array.from({ length: times }, () => startOnce(bundle, first));
  return {
    name,
    ...size,
    import: quantiles(taken.map(({ imported }) => imported)),
    ...(first !== undefined && { firstEvent: quantiles(taken.map(({ answered }) => answered)) }),
    event: first?.what ?? 'needs a service',
  };
}

interface FirstEvent {
  readonly what: string;
  readonly event: unknown;
  readonly env?: Readonly<Record<string, string>>;
}

/** Kafka's are empty batches: what a handler does with records is not what is asked here. */
function firstEvents(mongodbUri: string | undefined): Readonly<Record<string, FirstEvent>> {
  const batch = {
    eventSource: 'aws:kafka',
    bootstrapServers: 'none.invalid:9092',
    records: { 'bench-0': [] },
  };
  const empty = { what: 'an empty batch', event: batch };
  const agent = (agents: string) => ({ ...empty, env: { BATON_AGENTS: agents } });
  const http = { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'bench' };
  const request = { rawPath: '/', headers: {}, isBase64Encoded: false, requestContext: { http } };
  return {
    orchestrator: empty,
    'output-logger': empty,
    agent: agent('kafka-expert'),
    'http-bridge': {
      ...empty,
      env: { BATON_AGENTS: 'app-designer', BATON_ENDPOINTS: 'app-designer=https://none.invalid/' },
    },
    'http-agent': { what: 'a request', event: request, env: { BATON_AGENTS: 'app-designer' } },
    setup:
      mongodbUri === undefined
        ? { what: 'a deletion', event: { RequestType: 'Delete' } }
        : {
            what: 'an empty deployment, connected',
            event: { RequestType: 'Create', ResourceProperties: { Workflows: {} } },
            env: { MONGODB_URI: mongodbUri },
          },
    ...(mongodbUri === undefined
      ? {}
      : { timer: { what: 'one look, connected', event: {}, env: { MONGODB_URI: mongodbUri } } }),
  };
}

/** The same server, another database. */
function ownDatabase(uri = ''): string | undefined {
  if (uri === '') return undefined;
  const url = new URL(uri);
  url.pathname = `/bench-${randomUUID().slice(0, 8)}`;
  return url.href;
}

async function dropDatabase(uri: string | undefined): Promise<void> {
  if (uri === undefined) return;
  const client = new MongoClient(uri);
  await client.db().dropDatabase();
  await client.close();
}

/** Time is short from the start, so that what loops looks once. */
const script = (bundle: Bundle, event: unknown): string => `
const begun = performance.now();
const { handler } = await import(${JSON.stringify(pathToFileURL(join(bundle.folder, 'index.mjs')).href)});
const imported = performance.now();
const event = ${JSON.stringify(event ?? null)};
const context = { awsRequestId: 'bench', functionName: 'bench', getRemainingTimeInMillis: () => 3_500 };
if (event !== null) await handler(event, context);
console.log(JSON.stringify({ imported: imported - begun, answered: performance.now() - imported }));
process.exit(0);`;

function startOnce(bundle: Bundle, first: FirstEvent | undefined): Started {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script(bundle, first?.event)],
    {
      cwd: bundle.folder,
      encoding: 'utf8',
      env: {
        KAFKA_BOOTSTRAP_SERVERS: 'none.invalid:9092',
        MONGODB_URI: 'mongodb://none.invalid/',
        BATON_CAPABILITY_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
        BATON_LOG: 'silent',
        ...first?.env,
      },
    },
  );
  if (status !== 0)
    throw new Error(`the bundle of ${bundle.entry} ended with ${status}: ${stderr.slice(-600)}`);
  return JSON.parse(stdout) as Started;
}

interface Started {
  readonly imported: number;
  readonly answered: number;
}

const kilobytes = (bytes: number): string => (bytes / 1_000).toFixed(0).padStart(8);

export const bundlesText = ({ bare, bundles, shares, origins }: Bundles): string =>
  [
    `node -e ''                        ${ms(bare.p50)} ms p50`,
    'bundle             modules at start       KB   all KB  import ms   first event ms',
    ...bundles.map(
      (of) =>
        `${of.name.padEnd(19)} ${String(of.modulesAtStart).padStart(15)} ${kilobytes(of.atStart)} ${kilobytes(of.untraced)}   ${ms(of.import.p50)}         ${of.firstEvent === undefined ? '       -' : ms(of.firstEvent.p50)}  ${of.event}`,
    ),
    'KB are without the tracing SDK, which is read only where spans are sent somewhere.',
    '',
    `the orchestrator: ${kilobytes(shares.drivers).trim()} KB of drivers, ${kilobytes(shares.own).trim()} KB of our own, ${kilobytes(shares.packages).trim()} KB of packages`,
    ...origins.map(
      ([origin, bytes]) =>
        `${(bytes / 1_000).toFixed(1).padStart(8)}  ${origin.padEnd(30)} ${reasons[origin]?.why ?? ''}`,
    ),
    '',
  ].join('\n');
