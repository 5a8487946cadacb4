/** What holds for the resources of every template: exact permissions, a database that answers, data that stays. */
import { CfnDeletionPolicy, CfnResource, Stack } from 'aws-cdk-lib';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type IConstruct } from 'constructs';
import { type Profile } from '../profiles.ts';
import { type Problem } from './problem.ts';

export function checkResources(root: IConstruct, profile: Profile): readonly Problem[] {
  const resources = root.node.findAll().filter((node) => CfnResource.isCfnResource(node));
  return [
    ...resources.flatMap(wildcards),
    ...clustersWithoutInstances(resources),
    ...(profile.keepsData ? resources.flatMap(replaceable) : []),
  ];
}

/** A grant to all topics or groups lets an agent answer for others, and read what is not its own. */
function wildcards(resource: CfnResource): readonly Problem[] {
  if (!(resource instanceof iam.CfnPolicy) && !(resource instanceof iam.CfnManagedPolicy)) return [];
  const document: unknown = Stack.of(resource).resolve(resource.policyDocument);
  const { Statement: statements = [] } = document as { Statement?: readonly Statement[] };
  return statements
    .filter(({ Action }) => listOf(Action).some((action) => String(action).startsWith('kafka-cluster:')))
    .flatMap((statement) => [...listOf(statement.Action), ...listOf(statement.Resource)])
    .filter((part) => JSON.stringify(part).includes('*'))
    .map((part) => ({
      at: resource.node.path,
      what: 'a permission on Kafka holds for more than it names',
      got: JSON.stringify(part),
      expected: 'actions and the ARNs of single topics and groups',
      fix: "Name them in the function's access in infra/topology.ts.",
    }));
}

interface Statement {
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** CDK makes a serverless cluster of no instances, which takes connections from nobody. */
function clustersWithoutInstances(resources: readonly CfnResource[]): readonly Problem[] {
  const refOf = (resource: CfnResource, value: unknown): string =>
    JSON.stringify(Stack.of(resource).resolve(value));
  const served = resources
    .filter((resource) => resource instanceof docdb.CfnDBInstance)
    .map((instance) => refOf(instance, instance.dbClusterIdentifier));
  return resources
    .filter((resource) => resource instanceof docdb.CfnDBCluster)
    .filter((cluster) => !served.includes(refOf(cluster, cluster.ref)))
    .map((cluster) => ({
      at: cluster.node.path,
      what: 'the database has no instance and will answer nobody',
      got: 'a cluster alone',
      expected: 'at least one AWS::DocDB::DBInstance for it',
      fix: 'Add a CfnDBInstance of class db.serverless in infra/stacks/data.ts.',
    }));
}

/** What holds runs, their records, or what proves them. */
const stateful = new Set([
  'AWS::DocDB::DBCluster',
  'AWS::MSK::Cluster',
  'AWS::MSK::ServerlessCluster',
  'AWS::MSK::Topic',
  'AWS::SecretsManager::Secret',
  'AWS::S3::Bucket',
  'AWS::DynamoDB::Table',
]);

function replaceable(resource: CfnResource): readonly Problem[] {
  const { deletionPolicy, updateReplacePolicy } = resource.cfnOptions;
  const kept = (policy: CfnDeletionPolicy | undefined): boolean =>
    policy === CfnDeletionPolicy.RETAIN || policy === CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  if (!stateful.has(resource.cfnResourceType) || (kept(deletionPolicy) && kept(updateReplacePolicy)))
    return [];
  return [
    {
      at: resource.node.path,
      what: 'data would be deleted with its stack',
      got: `DeletionPolicy ${deletionPolicy ?? 'unset'}`,
      expected: 'RETAIN, where a profile keeps its data',
      fix: 'Apply removalOf(profile) to it.',
    },
  ];
}
