/**
 * Makes the deployed store ready: indexes, and the workflows of the deployment, registered and active. A function of the
 * private network, called by CloudFormation whenever a workflow's file has changed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { type FunctionSpec } from '../topology.ts';
import { acknowledge, acknowledgeVersions } from './acknowledge.ts';
import { BatonFunction, type BatonFunctionProps } from './baton-function.ts';
import { logGroup, logicalIdOf } from './kafka-admin.ts';

export const setupEntry = 'functions/setup/index.ts';

const spec: FunctionSpec = {
  name: 'setup',
  kind: 'setup',
  entry: setupEntry,
  timeoutMs: 2 * 60 * 1000,
  agents: [],
  mappings: [],
  http: false,
  scheduled: false,
  access: {
    read: [],
    write: [],
    // Those whose indexes it makes: all.
    collections: ['commits', 'runs', 'snapshots', 'definitions', 'inbox', 'blobs', 'invocations'],
  },
};

export interface StoreSetupProps extends Omit<BatonFunctionProps, 'spec'> {
  /** File name → text. */
  readonly workflows: Readonly<Record<string, string>>;
}

export class StoreSetup extends Construct {
  readonly resource: cdk.CustomResource;

  constructor(scope: Construct, id: string, props: StoreSetupProps) {
    super(scope, id);
    const { function: host } = new BatonFunction(this, 'setup', { ...props, spec });
    const provider = new cr.Provider(this, 'Provider', {
      onEventHandler: host,
      logGroup: logGroup(this, 'ProviderLogs', props.profile),
    });
    this.resource = new cdk.CustomResource(this, 'Store', {
      resourceType: 'Custom::BatonStore',
      serviceToken: provider.serviceToken,
      properties: { Workflows: props.workflows },
      pascalCaseProperties: false,
    });
    this.resource.node.addDependency(host);
    acknowledge(provider, 'managedPolicies', 'providerRuntime');
    acknowledgeVersions(provider, logicalIdOf(host));
  }
}

/** The workflow files of this repository. */
export function workflowFiles(
  folder = join(import.meta.dirname, '..', '..', 'workflows'),
): Record<string, string> {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
