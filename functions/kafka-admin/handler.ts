/**
 * What a deployment asks of a Kafka cluster, as a CloudFormation custom resource: the brokers' addresses
 * (`Custom::KafkaBrokers`) and topics (`Custom::KafkaTopic`) where the cluster has none as resources.
 * KA1. A topic that is there is brought to what is wanted: a deployment may be repeated, and may change it.
 * KA2. Nothing is deleted: the records of a topic belong to its readers, and the cluster ends with its own resource.
 * Source: AWS CDK, "custom-resources", Provider Framework.
 */
import { no, ok, type Result } from '#core/failure.ts';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

export interface CustomResourceAnswer {
  readonly PhysicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}

export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

export interface KafkaAdminDeps {
  /** `host:port[,host:port…]` for IAM, by the cluster's ARN. */
  readonly brokersOf: (clusterArn: string) => Promise<string>;
  /** Creates what is missing, and gives what is there its partitions and settings. */
  readonly bringTopics: (wanted: {
    readonly clusterArn: string;
    readonly bootstrapServers: string;
    readonly topics: readonly TopicSettings[];
  }) => Promise<void>;
}

export function createHandler(deps: KafkaAdminDeps) {
  return async (event: CustomResourceEvent): Promise<CustomResourceAnswer> => {
    const properties = event.ResourceProperties;
    const { ClusterArn: clusterArn } = properties;
    if (typeof clusterArn !== 'string')
      throw new Error(wrong('ClusterArn', clusterArn, 'the ARN of a cluster'));
    if (event.ResourceType === 'Custom::KafkaTopic') {
      const topic = topicOf(properties.Topic);
      if (!topic.ok) throw new Error(topic.problem);
      const answer = { PhysicalResourceId: `${clusterArn}/${topic.value.name}` };
      if (event.RequestType === 'Delete') return answer; // KA2
      const bootstrapServers = await deps.brokersOf(clusterArn);
      await deps.bringTopics({ clusterArn, bootstrapServers, topics: [topic.value] });
      return answer;
    }
    if (event.RequestType === 'Delete') return { PhysicalResourceId: clusterArn };
    const BootstrapServers = await deps.brokersOf(clusterArn);
    return { PhysicalResourceId: clusterArn, Data: { BootstrapServers } };
  };
}

/** CloudFormation makes text of every number. */
function topicOf(value: unknown): Result<TopicSettings, string> {
  const members: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const { name, partitions, retentionMs, maxMessageBytes } = members;
  if (typeof name !== 'string') return no(wrong('Topic.name', name, 'the name of a topic'));
  const numbers = { partitions, retentionMs, maxMessageBytes };
  for (const [key, number] of Object.entries(numbers))
    if (!Number.isSafeInteger(Number(number)) || Number(number) < 1)
      return no(wrong(`Topic.${key}`, number, 'a whole number from 1'));
  return ok({
    name,
    partitions: Number(partitions),
    retentionMs: Number(retentionMs),
    maxMessageBytes: Number(maxMessageBytes),
  });
}

const wrong = (name: string, got: unknown, expected: string): string =>
  `the custom resource's ${name} cannot be used: got ${JSON.stringify(got) ?? 'nothing'}, expected ${expected}. Correct it in infra/constructs/kafka-admin.ts.`;
