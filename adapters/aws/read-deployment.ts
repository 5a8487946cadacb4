/** What AWS tells of a deployment beside its functions: stacks, topics, how far groups are behind, secrets. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { KafkaClient, ListTopicsCommand } from '@aws-sdk/client-kafka';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { askAws, askAwsFor } from './ask-aws.ts';

export interface DeployedTopic {
  readonly name: string;
  readonly partitions: number;
}

export interface DeployedSecret {
  readonly name: string;
  /** There is a version that is current. */
  readonly current: boolean;
  readonly deletedAt?: Date;
  readonly rotates: boolean;
  /** When rotation is next due; in the past, it did not happen. */
  readonly nextRotation?: Date;
}

/** A consumer group on a topic, or all of a function's where the cluster does not measure groups. */
export interface WantedLag {
  readonly functionName: string;
  readonly topic: string;
  readonly group: string;
  /** Absent for clusters that are not Amazon MSK. */
  readonly clusterArn?: string;
}

export interface DeploymentReader {
  /** CloudFormation's status, with its reason where it gives one; `undefined`: there is no such stack. */
  stack(name: string): Promise<{ readonly status: string; readonly reason?: string } | undefined>;
  /** Of a provisioned cluster; the API knows no topics of serverless ones. */
  topics(clusterArn: string): Promise<readonly DeployedTopic[]>;
  /** Records behind, as last measured in a quarter of an hour, in the order asked; `undefined`: nothing was measured. */
  lags(wanted: readonly WantedLag[], now: number): Promise<readonly (number | undefined)[]>;
  /** `undefined`: there is none. */
  secret(arn: string): Promise<DeployedSecret | undefined>;
  close(): void;
}

export function openDeploymentReader(): DeploymentReader {
  const formation = new CloudFormationClient({});
  const metrics = new CloudWatchClient({});
  const kafka = new KafkaClient({});
  const secrets = new SecretsManagerClient({});
  return {
    stack: (name) => readStack(formation, name),
    topics: (clusterArn) => readTopics(kafka, clusterArn),
    lags: (wanted, now) => readLags(metrics, wanted, now),
    secret: (arn) => readSecret(secrets, arn),
    close: () => [formation, metrics, kafka, secrets].forEach((client) => client.destroy()),
  };
}

async function readStack(client: CloudFormationClient, name: string): ReturnType<DeploymentReader['stack']> {
  const found = await askAws({ client, action: 'cloudformation:DescribeStacks', about: name }, async () => {
    try {
      return await client.send(new DescribeStacksCommand({ StackName: name }));
    } catch (error) {
      // CloudFormation has no error of its own for it.
      if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
      throw error;
    }
  });
  const stack = found?.Stacks?.[0];
  if (stack === undefined) return undefined;
  const reason = stack.StackStatusReason;
  return { status: stack.StackStatus ?? 'unknown', ...(reason !== undefined && { reason }) };
}

async function readTopics(client: KafkaClient, clusterArn: string): Promise<readonly DeployedTopic[]> {
  const found: DeployedTopic[] = [];
  let nextToken: string | undefined;
  do {
    const input = { ClusterArn: clusterArn, ...(nextToken !== undefined && { NextToken: nextToken }) };
    const page = await askAws({ client, action: 'kafka:ListTopics', about: clusterArn }, () =>
      client.send(new ListTopicsCommand(input)),
    );
    for (const { TopicName: name, PartitionCount: partitions } of page.Topics ?? [])
      if (name !== undefined) found.push({ name, partitions: partitions ?? 0 });
    nextToken = page.NextToken;
  } while (nextToken !== undefined && nextToken !== '');
  return found;
}

const quarter = 15 * 60_000;

async function readLags(
  client: CloudWatchClient,
  wanted: readonly WantedLag[],
  now: number,
): Promise<readonly (number | undefined)[]> {
  const input = {
    StartTime: new Date(now - quarter),
    EndTime: new Date(now),
    ScanBy: 'TimestampDescending' as const,
    MetricDataQueries: wanted.flatMap(queriesOf),
  };
  const { MetricDataResults: results = [] } = await askAws(
    { client, action: 'cloudwatch:GetMetricData', about: 'consumer groups' },
    () => client.send(new GetMetricDataCommand(input)),
  );
  const newest = (id: string): number | undefined => results.find(({ Id }) => Id === id)?.Values?.[0];
  return wanted.map((_, index) => newest(`group${index}`) ?? newest(`function${index}`));
}

/** What the cluster says of the group, and what Lambda says of the function, whose mappings share one number. */
function queriesOf({ functionName, topic, group, clusterArn }: WantedLag, index: number): MetricDataQuery[] {
  const query = (
    Id: string,
    [Namespace, MetricName]: readonly [string, string],
    dimensions: Readonly<Record<string, string>>,
  ): MetricDataQuery => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace,
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: 60,
      Stat: 'Maximum',
    },
  });
  const cluster = clusterArn?.split('/')[1];
  return [
    ...(cluster === undefined
      ? []
      : [
          query(`group${index}`, ['AWS/Kafka', 'SumOffsetLag'], {
            'Cluster Name': cluster,
            'Consumer Group': group,
            Topic: topic,
          }),
        ]),
    query(`function${index}`, ['AWS/Lambda', 'OffsetLag'], { FunctionName: functionName }),
  ];
}

async function readSecret(client: SecretsManagerClient, arn: string): Promise<DeployedSecret | undefined> {
  const found = await askAwsFor({ client, action: 'secretsmanager:DescribeSecret', about: arn }, () =>
    client.send(new DescribeSecretCommand({ SecretId: arn })),
  );
  if (found === undefined) return undefined;
  const stages = Object.values(found.VersionIdsToStages ?? {}).flat();
  return {
    name: found.Name ?? arn,
    current: stages.includes('AWSCURRENT'),
    rotates: found.RotationEnabled ?? false,
    ...(found.DeletedDate !== undefined && { deletedAt: found.DeletedDate }),
    ...(found.NextRotationDate !== undefined && { nextRotation: found.NextRotationDate }),
  };
}
