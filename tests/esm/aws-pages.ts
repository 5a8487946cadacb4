/** The pages of AWS that the cases follow, by a short name. Addresses are under `https://docs.aws.amazon.com/lambda/latest/`. */
export const awsPages = {
  batching: {
    title: 'How Lambda processes records from stream and queue-based event sources',
    path: 'dg/invocation-eventsourcemapping.html',
  },
  msk: { title: 'Using Lambda with Amazon MSK', path: 'dg/with-msk.html' },
  kafka: { title: 'Using Lambda with self-managed Apache Kafka', path: 'dg/with-kafka.html' },
  configure: {
    title: 'Configuring self-managed Apache Kafka event sources for Lambda',
    path: 'dg/with-kafka-configure.html',
  },
  errors: {
    title: 'Configuring error handling controls for Kafka event sources',
    path: 'dg/kafka-retry-configurations.html',
  },
  positions: {
    title: 'Apache Kafka polling and stream starting positions in Lambda',
    path: 'dg/kafka-starting-positions.html',
  },
  groups: { title: 'Customizable consumer group ID in Lambda', path: 'dg/kafka-consumer-group-id.html' },
  scaling: {
    title: 'Apache Kafka event poller scaling modes in Lambda',
    path: 'dg/kafka-scaling-modes.html',
  },
  mapping: { title: 'CreateEventSourceMapping', path: 'api/API_CreateEventSourceMapping.html' },
  timeout: { title: 'Configure Lambda function timeout', path: 'dg/configuration-timeout.html' },
  context: {
    title: 'Using the Lambda context object to retrieve Node.js function information',
    path: 'dg/nodejs-context.html',
  },
  handler: { title: 'Define Lambda function handler in Node.js', path: 'dg/nodejs-handler.html' },
} as const;

export type AwsPage = keyof typeof awsPages;
