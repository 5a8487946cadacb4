/**
 * What functions need of a Kafka cluster, whichever it is: its brokers, its topics as things to depend on, permissions.
 * KS1. Permissions name an action, a topic and a group; never a wildcard.
 * Source: Amazon MSK Developer Guide, "How IAM access control for Amazon MSK works"; AWS Lambda Developer Guide,
 * "Configuring permissions for event source mappings (Amazon MSK)".
 */
import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type IDependable } from 'constructs';

/** How functions prove who they are to the brokers; a setting of theirs. */
export type KafkaSecurity = 'msk-iam' | 'scram-sha-512';

/** What a mapping says of where it reads. */
export type EventSource = Pick<
  lambda.CfnEventSourceMappingProps,
  | 'eventSourceArn'
  | 'selfManagedEventSource'
  | 'selfManagedKafkaEventSourceConfig'
  | 'amazonManagedKafkaEventSourceConfig'
  | 'sourceAccessConfigurations'
>;

export interface KafkaSource {
  /** `host:port[,host:port…]`. */
  readonly bootstrapServers: string;
  readonly security: KafkaSecurity;
  /** Absent for clusters that are not Amazon MSK. */
  readonly clusterArn?: string;
  /** By topic. */
  readonly topics: ReadonlyMap<string, IDependable>;
  /** With the consumer group, which belongs to one mapping alone. */
  eventSource(group: string): EventSource;
}

/** What polling a topic as a group takes; Lambda's pollers use the function's own role. */
export function consumeStatements(
  clusterArn: string,
  { topic, group }: { readonly topic: string; readonly group: string },
): readonly iam.PolicyStatement[] {
  return [
    allow(['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'], clusterArn),
    allow(['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'], clusterArn),
    allow(['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], arnIn(clusterArn, 'topic', topic)),
    allow(['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'], arnIn(clusterArn, 'group', group)),
  ];
}

export const produceStatements = (
  clusterArn: string,
  topics: readonly string[],
): readonly iam.PolicyStatement[] =>
  topics.length === 0
    ? []
    : [
        allow(['kafka-cluster:Connect'], clusterArn),
        allow(
          ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
          ...topics.map((topic) => arnIn(clusterArn, 'topic', topic)),
        ),
      ];

/** Brokers list to a client what it may describe, and nothing else. */
export const describeStatement = (clusterArn: string, topics: readonly string[]): iam.PolicyStatement =>
  allow(['kafka-cluster:DescribeTopic'], ...topics.map((topic) => arnIn(clusterArn, 'topic', topic)));

/** `…:cluster/<name>/<uuid>` gives `…:topic/<name>/<uuid>/<topic>`. */
export function arnIn(clusterArn: string, kind: 'topic' | 'group', name: string): string {
  const parts = cdk.Fn.split('/', clusterArn, 3);
  return cdk.Fn.join('', [
    `arn:${cdk.Aws.PARTITION}:kafka:${cdk.Aws.REGION}:${cdk.Aws.ACCOUNT_ID}:${kind}/`,
    `${parts[1] ?? ''}/${parts[2] ?? ''}/${name}`,
  ]);
}

const allow = (actions: string[], ...resources: string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({ actions, resources });
