/**
 * The CDK app: `npx cdk synth -c profile=dev`. Reads the agents' manifests, builds the bundles, writes the templates.
 * Needs no account: regions, zones and addresses are asked for when the templates are deployed.
 */
import { App } from 'aws-cdk-lib';
import { manifests } from '#agents/manifests.ts';
import { buildBundles } from './bundles.ts';
import { profileOf } from './profiles.ts';
import { bundleEntries, buildSystem } from './system.ts';
import { topologyOf } from './topology.ts';

const app = new App();
const profile = profileOf((key) => app.node.tryGetContext(key) as unknown);
const topology = topologyOf(manifests, profile.topology);
const bundles = await buildBundles(bundleEntries(topology));
buildSystem(app, { profile, topology, bundles, manifests });
app.synth();
