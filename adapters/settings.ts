/**
 * Every environment variable Baton reads, as a table: the reader checks names against it, and
 * `docs/reference/environment.md` is generated from it. `BATON_SECRET_<NAME>` and the standard `OTEL_*` come on top.
 */

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
    default: '6831, if JAEGER_HOST is set',
    for: 'UDP port of the Jaeger agent.',
    secret: false,
  },
  BATON_MODEL: {
    type: 'name, or profile=name[,profile=name…]',
    for: 'The model, for all profiles or by profile; `scripted` asks no model although a key is set.',
    secret: false,
  },
  BATON_CAPABILITY_KEYS: {
    type: 'id:base64[,id:base64…]; ids of 1 to 16 lower-case letters and digits; keys of 32 bytes or more',
    default: 'on embedded, a key made once and kept in the data folder',
    for: 'Signs the capabilities of tasks. The first key signs, all verify.',
    secret: true,
  },
  BATON_DATA_DIR: {
    type: 'path',
    default: '.baton',
    for: 'The folder of the embedded log and store.',
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
  BATON_DEVELOPMENT: {
    type: 'true or false',
    default: 'false',
    for: 'Allows loopback and plain http for HTTP agents. Never in production.',
    secret: false,
  },
  BATON_STORE_RETENTION_DAYS: {
    type: 'whole number of days, 1 to 3650',
    default: '30',
    for: 'How long ended runs are kept. At least the retention of the topics.',
    secret: false,
  },
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingName = keyof typeof settings;
