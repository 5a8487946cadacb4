/**
 * Every environment variable Baton reads, as a table: the reader checks names against it, and
 * `docs/reference/environment.md` is generated from it. `BATON_SECRET_<NAME>` and the standard `OTEL_*` come on top.
 */
import { topicRetentionDays } from '#core/event-catalog.ts';

export interface SettingSpec {
  /** What the value looks like, for people. */
  readonly type: string;
  /** What holds where it is unset; absent: nothing does. */
  readonly default?: string;
  readonly for: string;
  /** Its value is never shown. */
  readonly secret: boolean;
}

export const settings = {
  KAFKA_BOOTSTRAP_SERVERS: {
    type: 'host:port[,host:port…]',
    for: 'The Kafka brokers. Set together with MONGODB_URI, or not at all: unset means the embedded log.',
    secret: false,
  },
  MONGODB_URI: {
    type: 'mongodb:// or mongodb+srv:// URI',
    for: 'The store. Set together with KAFKA_BOOTSTRAP_SERVERS, or not at all: unset means the embedded store.',
    secret: true,
  },
  BATON_AWS_STACK: {
    type: "name of a deployment's profile, such as dev",
    for: 'Commands work against Baton as it is deployed to AWS under this profile, with the credentials and region of the AWS SDK; `--aws` says the same.',
    secret: false,
  },
  BATON_KAFKA_SECURITY: {
    type: 'plaintext, tls, scram-sha-256, scram-sha-512 or msk-iam',
    default: 'plaintext',
    for: 'How the Kafka brokers are talked to.',
    secret: false,
  },
  BATON_KAFKA_USERNAME: {
    type: 'text',
    for: 'The user of SASL/SCRAM.',
    secret: false,
  },
  BATON_KAFKA_PASSWORD: {
    type: 'text',
    for: 'The password of SASL/SCRAM.',
    secret: true,
  },
  BATON_KAFKA_TLS: {
    type: 'true or false',
    default: 'true',
    for: 'Whether SASL/SCRAM goes over TLS.',
    secret: false,
  },
  BATON_KAFKA_CA_FILE: {
    type: 'path of a PEM file',
    for: 'Who signed the certificates of the brokers, where it is none that Node knows.',
    secret: false,
  },
  BATON_KAFKA_CA: {
    type: 'certificates in PEM',
    for: 'The same as text, where there is no file, as on Lambda.',
    secret: false,
  },
  BATON_KAFKA_REPLICATION: {
    type: 'whole number, 1 to 1000',
    default: 'what the brokers are configured to',
    for: 'The replicas of topics that `setup` creates.',
    secret: false,
  },
  BATON_MONGODB_CA_FILE: {
    type: 'path of a PEM file',
    for: 'Who signed the certificate of the database, where it is none that Node knows.',
    secret: false,
  },
  BATON_MONGODB_POOL: {
    type: 'whole number, 1 to 1000',
    default: 'maxPoolSize of MONGODB_URI, else 20',
    for: 'Connections to the database, at most, of one process. 1 or 2 on Lambda.',
    secret: false,
  },
  AWS_REGION: {
    type: 'text without spaces',
    for: 'The region of a Kafka cluster that authenticates by IAM. Lambda sets it.',
    secret: false,
  },
  AWS_ACCESS_KEY_ID: {
    type: 'text without spaces',
    for: 'Signs calls of hosted HTTP agents on AWS. Lambda sets it.',
    secret: false,
  },
  AWS_SECRET_ACCESS_KEY: {
    type: 'text without spaces',
    for: 'Signs calls of hosted HTTP agents on AWS. Lambda sets it.',
    secret: true,
  },
  AWS_SESSION_TOKEN: {
    type: 'text without spaces',
    for: 'Signs calls of hosted HTTP agents on AWS, and asks for secrets. Lambda sets it.',
    secret: true,
  },
  OPENAI_API_KEY: {
    type: 'text without spaces',
    for: 'The key of the model provider. Unset: the scripted model answers, and is said to.',
    secret: true,
  },
  OPENAI_BASE_URL: {
    type: 'http(s) URL',
    default: 'https://api.openai.com/v1',
    for: 'Any OpenAI-compatible endpoint.',
    secret: false,
  },
  OTEL_SERVICE_NAME: {
    type: 'text',
    default: 'baton',
    for: 'The service name of spans.',
    secret: false,
  },
  JAEGER_HOST: {
    type: 'host name or address',
    default: 'localhost, if JAEGER_PORT is set',
    for: 'Sends spans to the Jaeger agent there.',
    secret: false,
  },
  JAEGER_PORT: {
    type: 'port, 1 to 65535',
    default: '6832, if JAEGER_HOST is set',
    for: 'UDP port of the Jaeger agent, for binary Thrift. Where it is 6831, which takes compact Thrift alone, spans go to 6832.',
    secret: false,
  },
  BATON_TRACE_URL: {
    type: 'http(s) URL',
    default: 'http://<JAEGER_HOST>:16686, if JAEGER_HOST is set',
    for: 'Where `baton trace` asks Jaeger for spans, and where its pages are.',
    secret: false,
  },
  BATON_MODEL: {
    type: 'name, or profile=name[,profile=name…]',
    for: 'The model, for all profiles or by profile; `scripted` asks no model although a key is set.',
    secret: false,
  },
  BATON_CAPABILITY_KEYS: {
    type: 'id:base64[,id:base64…]; ids of 1 to 16 lower-case letters and digits; keys of 32 bytes or more',
    default: 'a key made once and kept in the data folder: enough for one machine',
    for: 'Signs the capabilities of tasks. The first key signs, all verify. All orchestrators need the same.',
    secret: true,
  },
  BATON_DATA_DIR: {
    type: 'path',
    default: '.baton',
    for: 'The folder of the embedded log and store, of logs, and of a generated capability key. Made for its owner alone.',
    secret: false,
  },
  BATON_LOG: {
    type: 'debug, info, warn, error or silent',
    default: 'info',
    for: 'The lowest level of log lines written to stderr.',
    secret: false,
  },
  BATON_ALLOWED_HOSTS: {
    type: 'host[:port][,host[:port]…]',
    for: 'HTTP agents at these hosts may use plain http and private addresses.',
    secret: false,
  },
  BATON_FUNCTION: {
    type: 'text',
    default: 'baton',
    for: 'On Lambda: the name of the function in the topology. Set by the deployment.',
    secret: false,
  },
  BATON_AGENTS: {
    type: 'agent[,agent…]',
    for: 'On Lambda: the agents this function runs or calls. Set by the deployment.',
    secret: false,
  },
  BATON_PARTIAL_RESPONSES: {
    type: 'true or false',
    default: 'false',
    for: 'On Lambda: the mapping takes `batchItemFailures`. Set by the deployment.',
    secret: false,
  },
  BATON_ENDPOINTS: {
    type: 'agent=URL[,agent=URL…]',
    for: 'On Lambda: where the hosted HTTP agents listen. Set by the deployment.',
    secret: false,
  },
  BATON_SECRETS_FROM: {
    type: 'setting=ARN[#member][,setting=ARN[#member]…]',
    for: 'On Lambda: settings that are kept in AWS Secrets Manager. Set by the deployment.',
    secret: false,
  },
  BATON_DEVELOPMENT: {
    type: 'true or false',
    default: 'false',
    for: 'Allows loopback and plain http for HTTP agents. Never in production.',
    secret: false,
  },
  BATON_STORE_RETENTION_DAYS: {
    type: `whole number of days, ${topicRetentionDays} to 3650`,
    default: '30',
    for: 'How long ended runs are kept. At least the retention of the topics.',
    secret: false,
  },
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingName = keyof typeof settings;
