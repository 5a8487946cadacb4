/**
 * The log: a cluster, or a given one, and every topic of the topology.
 * MS1. Topics are made here, never by a first write; their time is the broker's, which capabilities are compared with.
 * MS2. A topic is never replaced by accident, and in `prod` outlives its stack.
 */
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as msk from 'aws-cdk-lib/aws-msk';
import { type Construct, type IDependable } from 'constructs';
import { KafkaAdmin } from '../constructs/kafka-admin.ts';
import { type Bundle } from '../bundles.ts';
import { type KafkaSource } from '../kafka-source.ts';
import { type KafkaProfile, type Profile } from '../profiles.ts';
import { type Topology, type TopicSpec } from '../topology.ts';
import { removalOf } from './data.ts';
import { type NetworkStack } from './network.ts';

export interface MessagingProps extends cdk.StackProps {
  readonly profile: Profile;
  readonly kafka: Exclude<KafkaProfile, SelfManaged>;
  readonly network: NetworkStack;
  readonly topology: Topology;
  /** What asks a cluster for its brokers, and makes topics where they are no resources. */
  readonly kafkaAdmin: Bundle;
}

type Provisioned = Extract<KafkaProfile, { readonly type: 'msk-provisioned' }>;
type SelfManaged = Extract<KafkaProfile, { readonly type: 'self-managed' }>;

export class MessagingStack extends cdk.Stack {
  readonly source: KafkaSource;
  /** As CloudWatch names it; absent where the cluster is not made here. */
  readonly clusterName: string | undefined;

  constructor(scope: Construct, id: string, props: MessagingProps) {
    super(scope, id, props);
    const { kafka } = props;
    switch (kafka.type) {
      case 'msk-provisioned': {
        const cluster = this.provisioned(kafka, props);
        this.clusterName = cluster.clusterName;
        this.source = this.mskSource(cluster.attrArn, { ...props, resources: true });
        return;
      }
      case 'msk-serverless': {
        const cluster = this.serverless(props);
        this.clusterName = cluster.clusterName;
        this.source = this.mskSource(cluster.attrArn, { ...props, resources: false });
        return;
      }
      case 'msk-existing':
        this.source = this.mskSource(kafka.clusterArn, { ...props, resources: !kafka.serverless });
    }
  }

  private provisioned(kafka: Provisioned, { profile, network }: MessagingProps): msk.CfnCluster {
    const logGroup = new logs.LogGroup(this, 'BrokerLogs', {
      retention: profile.logRetentionDays,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    const cluster = new msk.CfnCluster(this, 'Cluster', {
      clusterName: `baton-${profile.name}`,
      kafkaVersion: kafka.version,
      numberOfBrokerNodes: kafka.brokers,
      brokerNodeGroupInfo: {
        instanceType: kafka.instanceType,
        clientSubnets: privateSubnets(network),
        securityGroups: [network.kafka.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: kafka.volume } },
      },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      // What more it measures is billed by the metric, as metrics of one's own are; no alarm here asks for it.
      enhancedMonitoring: 'DEFAULT',
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logGroup.logGroupName } } },
      configurationInfo: this.configuration(profile),
    });
    cluster.overrideLogicalId('Cluster');
    cluster.applyRemovalPolicy(removalOf(profile));
    return cluster;
  }

  private configuration(profile: Profile): msk.CfnCluster.ConfigurationInfoProperty {
    const configuration = new msk.CfnConfiguration(this, 'Configuration', {
      name: `baton-${profile.name}`,
      serverProperties: [
        'auto.create.topics.enable=false',
        'delete.topic.enable=true',
        `default.replication.factor=${profile.replicationFactor}`,
        // One replica may be away and writes go on; with two replicas in all there is no such choice.
        `min.insync.replicas=${Math.max(1, profile.replicationFactor - 1)}`,
      ].join('\n'),
    });
    // A cluster that is kept uses it: MSK would refuse to delete it, and the stack would be stuck.
    configuration.applyRemovalPolicy(removalOf(profile));
    return {
      arn: configuration.attrArn,
      revision: cdk.Token.asNumber(configuration.attrLatestRevisionRevision),
    };
  }

  private serverless({ profile, network }: MessagingProps): msk.CfnServerlessCluster {
    const cluster = new msk.CfnServerlessCluster(this, 'Cluster', {
      clusterName: `baton-${profile.name}`,
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [{ subnetIds: privateSubnets(network), securityGroups: [network.kafka.securityGroupId] }],
    });
    cluster.overrideLogicalId('Cluster');
    cluster.applyRemovalPolicy(removalOf(profile));
    return cluster;
  }

  private mskSource(
    clusterArn: string,
    props: MessagingProps & { readonly resources: boolean },
  ): KafkaSource {
    const admin = new KafkaAdmin(this, 'Admin', { ...props, clusterArn, bundle: props.kafkaAdmin });
    return {
      clusterArn,
      bootstrapServers: admin.bootstrapServers,
      security: 'msk-iam',
      topics: new Map(
        props.topology.topics.map((topic): [string, IDependable] => [
          topic.name,
          props.resources ? this.topic(topic, clusterArn, props.profile) : admin.topic(topic),
        ]),
      ),
      eventSource: (group) => ({
        eventSourceArn: clusterArn,
        amazonManagedKafkaEventSourceConfig: { consumerGroupId: group },
      }),
    };
  }

  private topic(topic: TopicSpec, clusterArn: string, profile: Profile): msk.CfnTopic {
    const resource = new msk.CfnTopic(this, `Topic-${topic.name}`, {
      clusterArn,
      topicName: topic.name,
      partitionCount: topic.partitions,
      replicationFactor: profile.replicationFactor,
      configs: Buffer.from(JSON.stringify(topicSettings(topic))).toString('base64'),
    });
    resource.applyRemovalPolicy(removalOf(profile)); // MS2
    return resource;
  }
}

/** What a topic is made with, in Kafka's words. */
export const topicSettings = (topic: TopicSpec): Readonly<Record<string, string>> => ({
  'retention.ms': String(topic.retentionMs),
  'max.message.bytes': String(topic.maxMessageBytes),
  'message.timestamp.type': 'LogAppendTime', // MS1
  // A producer's own choice could be one that functions cannot read; the broker unpacks it.
  'compression.type': 'uncompressed',
});

const privateSubnets = ({ vpc }: NetworkStack): string[] =>
  vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds;

/** Topics there are made by `baton topics create`: an event source mapping waits for nothing that this app makes. */
export function selfManaged(
  kafka: SelfManaged,
  { network, topology }: Pick<MessagingProps, 'network' | 'topology'>,
): KafkaSource {
  const { vpc, logClient } = network;
  const { subnetIds } = vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });
  return {
    bootstrapServers: kafka.bootstrapServers.join(','),
    security: 'scram-sha-512',
    topics: new Map(topology.topics.map((topic) => [topic.name, logClient])),
    eventSource: (consumerGroupId) => ({
      selfManagedEventSource: { endpoints: { kafkaBootstrapServers: [...kafka.bootstrapServers] } },
      selfManagedKafkaEventSourceConfig: { consumerGroupId },
      sourceAccessConfigurations: [
        { type: 'SASL_SCRAM_512_AUTH', uri: kafka.secretArn },
        ...(kafka.caSecretArn === undefined
          ? []
          : [{ type: 'SERVER_ROOT_CA_CERTIFICATE', uri: kafka.caSecretArn }]),
        ...subnetIds.map((subnet) => ({ type: 'VPC_SUBNET', uri: `subnet:${subnet}` })),
        { type: 'VPC_SECURITY_GROUP', uri: `security_group:${logClient.securityGroupId}` },
      ],
    }),
  };
}
