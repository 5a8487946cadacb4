/**
 * What CloudFormation cannot ask or tell a cluster itself: its brokers' addresses, and topics where a cluster has none
 * as resources (MSK Serverless). One small function inside the VPC, used at deployment alone.
 */
import * as cdk from 'aws-cdk-lib';
import * as cr from 'aws-cdk-lib/custom-resources';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Bundle } from '../bundles.ts';
import { arnIn } from '../kafka-source.ts';
import { type Profile } from '../profiles.ts';
import { sourceHash } from '../source-hash.ts';
import { type NetworkStack } from '../stacks/network.ts';
import { type TopicSpec } from '../topology.ts';
import { acknowledge, acknowledgeVersions } from './acknowledge.ts';

export interface KafkaAdminProps {
  readonly clusterArn: string;
  readonly bundle: Bundle;
  readonly profile: Profile;
  readonly network: NetworkStack;
}

export class KafkaAdmin extends Construct {
  /** `host:port[,host:port…]` for IAM. */
  readonly bootstrapServers: string;
  private readonly provider: cr.Provider;
  private readonly function: lambda.Function;
  private readonly clusterArn: string;

  constructor(scope: Construct, id: string, { clusterArn, bundle, profile, network }: KafkaAdminProps) {
    super(scope, id);
    this.clusterArn = clusterArn;
    this.function = new lambda.Function(this, 'Function', {
      description: 'Asks an MSK cluster for its brokers, makes and changes its topics, at deployment',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(bundle.folder),
      handler: 'index.handler',
      timeout: cdk.Duration.minutes(5),
      memorySize: 256,
      vpc: network.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [network.logClient],
      logGroup: logGroup(this, 'Logs', profile),
    });
    this.allow(['kafka:GetBootstrapBrokers'], clusterArn);
    this.provider = new cr.Provider(this, 'Provider', {
      onEventHandler: this.function,
      logGroup: logGroup(this, 'ProviderLogs', profile),
    });
    const brokers = this.resource('Brokers', 'Custom::KafkaBrokers', {});
    this.bootstrapServers = brokers.getAttString('BootstrapServers');
    acknowledge(this.function, 'managedPolicies');
    acknowledge(this.provider, 'managedPolicies', 'providerRuntime');
    acknowledgeVersions(this.provider, logicalIdOf(this.function));
  }

  /** A topic made and changed by Kafka's own protocol; deleting the resource leaves it: its records belong to their readers. */
  topic(spec: TopicSpec): cdk.CustomResource {
    this.allow(
      [
        'kafka-cluster:CreateTopic',
        'kafka-cluster:DescribeTopic',
        'kafka-cluster:AlterTopic',
        'kafka-cluster:DescribeTopicDynamicConfiguration',
        'kafka-cluster:AlterTopicDynamicConfiguration',
      ],
      arnIn(this.clusterArn, 'topic', spec.name),
    );
    this.allow(['kafka-cluster:Connect'], this.clusterArn);
    const topic = this.resource(`Topic-${spec.name}`, 'Custom::KafkaTopic', {
      Topic: {
        name: spec.name,
        partitions: spec.partitions,
        retentionMs: spec.retentionMs,
        maxMessageBytes: spec.maxMessageBytes,
      },
      Made: sourceHash('adapters/kafka/topic-settings.ts', 'adapters/kafka/topic-changes.ts'),
    });
    // Permissions first: the function is called as soon as its resource is.
    topic.node.addDependency(this.function);
    return topic;
  }

  private resource(
    id: string,
    resourceType: string,
    properties: Readonly<Record<string, unknown>>,
  ): cdk.CustomResource {
    return new cdk.CustomResource(this, id, {
      resourceType,
      serviceToken: this.provider.serviceToken,
      properties: { ClusterArn: this.clusterArn, ...properties },
      pascalCaseProperties: false,
    });
  }

  private allow(actions: string[], resource: string): void {
    this.function.addToRolePolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
  }
}

export function logicalIdOf(construct: lambda.Function): string {
  const { defaultChild } = construct.node;
  if (!cdk.CfnResource.isCfnResource(defaultChild)) throw new Error(`${construct.node.path} is no resource`);
  return cdk.Stack.of(construct).resolve(defaultChild.logicalId) as string;
}

export const logGroup = (scope: Construct, id: string, profile: Profile, name?: string): logs.LogGroup =>
  new logs.LogGroup(scope, id, {
    ...(name === undefined ? {} : { logGroupName: name }),
    retention: profile.logRetentionDays,
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  });
