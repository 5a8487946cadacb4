/**
 * Makes the deployed store ready: indexes, users, and the workflows of the deployment, registered and active. A function
 * of the private network, called by CloudFormation whenever a workflow's file, what a user may do or what is made in the store has changed.
 * Where the database is given, it makes no users: they are its owner's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { sourceHash } from '../source-hash.ts';
import { storeUserName } from '../store-users.ts';
import { type FunctionSpec, type StoreAccess } from '../topology.ts';
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
    // It works as the user whom the database was created with; these two it writes itself.
    collections: {
      definitions: ['find', 'insert', 'update'],
      active_definitions: ['find', 'insert', 'update'],
    },
  },
};

export interface StoreSetupProps extends Omit<BatonFunctionProps, 'spec'> {
  /** File name → text. */
  readonly workflows: Readonly<Record<string, string>>;
  readonly storeUsers: ReadonlyMap<string, StoreAccess>;
}

export class StoreSetup extends Construct {
  readonly resource: cdk.CustomResource;

  constructor(scope: Construct, id: string, props: StoreSetupProps) {
    super(scope, id);
    const { function: host } = new BatonFunction(this, 'setup', { ...props, spec });
    for (const login of props.data.databaseLogins.values()) login.grantRead(host);
    const provider = new cr.Provider(this, 'Provider', {
      onEventHandler: host,
      logGroup: logGroup(this, 'ProviderLogs', props.profile),
    });
    this.resource = new cdk.CustomResource(this, 'Store', {
      resourceType: 'Custom::BatonStore',
      serviceToken: provider.serviceToken,
      properties: { Workflows: props.workflows, Users: usersOf(props), Made: madeInStore() },
      pascalCaseProperties: false,
    });
    this.resource.node.addDependency(host);
    acknowledge(provider, 'managedPolicies', 'providerRuntime');
    acknowledgeVersions(provider, logicalIdOf(host));
  }
}

/** As `functions/setup` reads them: role → its user's login, and what it may do. */
const usersOf = ({ data, storeUsers }: StoreSetupProps): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...data.databaseLogins].map(([user, login]) => [
      storeUserName(user),
      { Secret: login.secretArn, Access: storeUsers.get(user) ?? {} },
    ]),
  );

/** The code that makes indexes and users. */
const madeInStore = (): string => sourceHash('adapters/mongo/database.ts', 'adapters/mongo/users.ts');

const root = join(import.meta.dirname, '..', '..');

/** The workflow files of this repository. */
export function workflowFiles(folder = join(root, 'workflows')): Record<string, string> {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
