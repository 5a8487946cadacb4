/** What a deployment asks of Amazon MSK and CloudFormation cannot: a cluster's addresses, topics by Kafka's own protocol. */
import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import { InfrastructureError } from '#core/failure.ts';
import { systemClock } from '../clock.ts';
import { openKafka } from '../kafka/open.ts';
import { type WantedTopic } from '../kafka/topic-settings.ts';
import { createLogger } from '../logger.ts';

/** `host:port[,host:port…]` for clients that authenticate by IAM. */
export async function brokersOf(clusterArn: string): Promise<string> {
  const client = new KafkaClient({ maxAttempts: 5 });
  try {
    const answer = await client.send(new GetBootstrapBrokersCommand({ ClusterArn: clusterArn }));
    if (answer.BootstrapBrokerStringSaslIam !== undefined) return answer.BootstrapBrokerStringSaslIam;
  } catch (error) {
    throw new InfrastructureError(
      `Amazon MSK did not say the brokers of a cluster: got ${error instanceof Error ? error.name : 'no answer'} for ${clusterArn}, expected its addresses. Check the function's permission kafka:GetBootstrapBrokers and its way out of the VPC.`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
  throw new InfrastructureError(
    `the Kafka cluster takes no clients by IAM: got no such address for ${clusterArn}, expected one. Turn IAM access control on for the cluster.`,
  );
}

interface WantedTopics {
  readonly clusterArn: string;
  readonly bootstrapServers: string;
  readonly topics: readonly WantedTopic[];
}

/** Creates what is missing and brings what is there to what is wanted, as the function's own role. */
export async function bringTopicsByIam({
  clusterArn,
  bootstrapServers,
  topics,
}: WantedTopics): Promise<void> {
  const region = clusterArn.split(':')[3] ?? '';
  const kafka = openKafka({
    brokers: bootstrapServers.split(','),
    clientId: 'baton-deployment',
    security: { type: 'msk-iam', region },
    logger: createLogger({ level: 'info', clock: systemClock, secrets: {} }),
  });
  try {
    await kafka.bringTopics(topics);
  } finally {
    await kafka.close();
  }
}
