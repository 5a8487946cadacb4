/**
 * Run in a copy of the repository: writes the templates of both profiles into the folder it is given, as `infra/app.ts`
 * does. With `--bundled` the code of the functions is built, else it is a stand-in.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { manifests } from '#agents/manifests.ts';
import { type Bundle, buildBundles } from '#infra/bundles.ts';
import { profileOf } from '#infra/profiles.ts';
import { bundleEntries, buildSystem } from '#infra/system.ts';
import { topologyOf } from '#infra/topology.ts';

const [output = '', bundled] = process.argv.slice(2);
const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
const entries = bundleEntries(topologyOf(manifests));
const bundles = bundled === '--bundled' ? await buildBundles(entries) : standIns();
for (const profile of ['dev', 'prod']) {
  const app = new App({ outdir: join(output, profile), context: { ...context, profile } });
  const wanted = profileOf((key) => app.node.tryGetContext(key) as unknown);
  buildSystem(app, {
    profile: wanted,
    topology: topologyOf(manifests, wanted.topology),
    bundles,
    manifests,
  });
  app.synth();
}

function standIns(): ReadonlyMap<string, Bundle> {
  const folder = join(output, 'code');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => undefined;');
  const metafile = { inputs: {}, outputs: {} };
  return new Map(entries.map((entry) => [entry, { entry, folder, metafile }]));
}
