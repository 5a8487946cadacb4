/** Asks Amazon MSK for a cluster's addresses: CloudFormation cannot say them. */
import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import { InfrastructureError } from '#core/failure.ts';

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
