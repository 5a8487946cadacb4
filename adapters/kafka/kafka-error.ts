/** Turns what kafkajs throws into `InfrastructureError`, in one place. */
import { InfrastructureError } from '#core/failure.ts';
import { type Refusal, refusal } from '#core/refusal.ts';

export interface Attempt {
  /** What was tried, as it fits "could not …", for example `publish to workflow.request`. */
  readonly action: string;
  /** Where: the configured brokers, shown when the error names none. */
  readonly brokers: readonly string[];
  readonly topic?: string;
}

export function kafkaError(error: unknown, attempt: Attempt): InfrastructureError {
  if (error instanceof InfrastructureError) return error;
  const chain = chainOf(error);
  const seen = chain.map((each) => each.message).find((message) => message !== '') ?? String(error);
  const known = diagnose(chain, attempt);
  return refusal({ ...known, got: `${known.got ?? seen} (could not ${attempt.action})` }, error);
}

/** What the message begins with, by which the adapter itself decides what to do next. */
export const codeOf = ({ message }: InfrastructureError): string => message.slice(0, message.indexOf(':'));

const settling: ReadonlySet<string> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** A broker that has just started, or taken over, does not know its groups for a moment. */
export const isSettling = (error: unknown): boolean => chainOf(error).some(({ type }) => settling.has(type));

/** kafkajs would have tried again, had it been allowed to. */
export const mayPass = (error: unknown): boolean =>
  error instanceof Error && error.name === 'KafkaJSNumberOfRetriesExceeded';

/** Runs `work` and throws what it throws as `InfrastructureError`. */
export async function guarded<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw kafkaError(error, attempt);
  }
}

/** What is read of kafkajs's errors: protocol errors have a `type`, those of connections a `broker` and a `code`. */
interface Link {
  readonly name: string;
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly broker: string;
}

function chainOf(error: unknown): readonly Link[] {
  const links: Link[] = [];
  const visit = (each: unknown): void => {
    if (!(each instanceof Error) || links.length >= 10) return;
    const text = (name: string): string => {
      const value: unknown = Reflect.get(each, name);
      return typeof value === 'string' ? value : '';
    };
    links.push({
      name: each.name,
      message: each.message,
      type: text('type'),
      code: text('code'),
      broker: text('broker'),
    });
    visit(each.cause);
    const several: unknown = Reflect.get(each, 'errors');
    if (Array.isArray(several)) several.forEach(visit);
  };
  visit(error);
  return links;
}

type Diagnosis = Omit<Refusal, 'got'> & { readonly got?: string };

function diagnose(chain: readonly Link[], attempt: Attempt): Diagnosis {
  for (const { type } of chain) {
    const known = type === '' ? undefined : ofProtocol(type, attempt);
    if (known !== undefined) return known;
  }
  // The link that names a broker and a reason is the cause; those around it only count retries.
  const connection =
    chain.find(({ code, broker }) => code !== '' && broker !== '') ??
    chain.find(({ broker }) => broker !== '');
  const names = new Set(chain.map(({ name }) => name));
  if (names.has('KafkaJSSASLAuthenticationError')) return authentication(attempt);
  if (names.has('KafkaJSNotImplemented') && chain.some(({ message }) => message.includes('compression')))
    return compressed;
  if (chain.some(({ code }) => code === 'ERR_BUFFER_TOO_LARGE')) return bomb;
  if (connection !== undefined) return ofConnection(connection, attempt);
  const silence = chain.some(({ message }) => message === noBrokerAnswered);
  if (silence || [...names].some((name) => unreachableNames.has(name)))
    return unreachable(attempt.brokers.join(','));
  return {
    code: 'KAFKA_FAILED',
    what: 'Kafka did not do what was asked',
    expected: 'a healthy cluster',
    fix: 'look at the logs of the brokers; the work is tried again',
  };
}

/** The message of an error that means it. */
export const noBrokerAnswered = 'no broker answered';

const unreachableNames: ReadonlySet<string> = new Set([
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
]);

function ofConnection({ code, broker, name, message }: Link, attempt: Attempt): Diagnosis {
  if (/^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO)/.test(code))
    return {
      code: 'KAFKA_TLS',
      what: 'no trusted connection to Kafka could be made',
      got: `${broker} (${code})`,
      expected: 'a broker that speaks TLS, with a certificate signed by a known authority for its name',
      fix: 'name the file of the authority in the settings, or correct the address',
    };
  // A broker that wants credentials or TLS closes the connection instead of answering.
  if (message.includes('Connection closed by the server')) return authentication(attempt, broker);
  const reason = code !== '' ? code : name === 'KafkaJSRequestTimeoutError' ? 'no answer in time' : message;
  return unreachable(`${broker} (${reason})`);
}

const unreachable = (got: string): Diagnosis => ({
  code: 'KAFKA_UNREACHABLE',
  what: 'no Kafka broker answers',
  got,
  expected: 'a Kafka broker that listens there and answers',
  fix: 'start it, or correct KAFKA_BOOTSTRAP_SERVERS and the way to it; the work is tried again',
});

const authentication = ({ brokers }: Attempt, broker = brokers.join(',')): Diagnosis => ({
  code: 'KAFKA_AUTH',
  what: 'Kafka refused the credentials',
  got: broker,
  expected: 'a user, password and mechanism (or role, with IAM) that the cluster knows',
  fix: 'correct the settings of the connection to Kafka',
});

const compressed: Diagnosis = {
  code: 'KAFKA_COMPRESSION',
  what: 'a producer wrote records in a compression that cannot be read here',
  expected: 'none, gzip or zstd',
  fix: 'set compression.type=uncompressed on the topic, as ./baton topics create does, or change the producer',
};

const bomb: Diagnosis = {
  code: 'KAFKA_DECOMPRESS_LIMIT',
  what: 'a batch of compressed records is too large unpacked',
  expected: 'at most 64 MiB',
  fix: 'set compression.type=uncompressed on the topic, where the broker refuses such a batch; move the group past it',
};

/** Error codes of the Kafka protocol, by name. Only those somebody can do something about. */
function ofProtocol(type: string, { topic, action, brokers }: Attempt): Diagnosis | undefined {
  const where = topic === undefined ? '' : ` ${topic}`;
  if (type.endsWith('AUTHORIZATION_FAILED'))
    return {
      code: 'KAFKA_FORBIDDEN',
      what: `the cluster does not allow this to the user (${type})`,
      got: `${action} at ${brokers.join(',')}`,
      expected: 'the right to do it, on that topic, group or cluster',
      fix: 'grant it: an ACL of the cluster, or kafka-cluster:* of the role with IAM',
    };
  switch (type) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return {
        code: 'TOPIC_MISSING',
        what: 'there is no such topic, and a first write never creates one',
        got: JSON.stringify(topic ?? ''),
        expected: 'a topic that was created before',
        fix: 'run ./baton topics create',
      };
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return {
        code: 'PAYLOAD_TOO_LARGE',
        what: `a record is larger than the topic${where} takes`,
        expected: 'at most max.message.bytes of the topic',
        fix: 'send less, or a reference to it; or raise max.message.bytes',
      };
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
    case 'INVALID_REPLICATION_FACTOR':
      return {
        code: 'KAFKA_REPLICAS',
        what: `too few brokers are up for the copies of the topic${where}`,
        expected: 'as many brokers as the replication factor, and min.insync.replicas of them in sync',
        fix: 'bring the brokers back, or ask for fewer copies',
      };
    case 'SASL_AUTHENTICATION_FAILED':
    case 'UNSUPPORTED_SASL_MECHANISM':
      return authentication({ topic: '', action, brokers });
    default:
      return undefined;
  }
}

const problem = (code: string, what: string, got: string, expected: string, fix: string) =>
  refusal({ code, what, got, expected, fix });

export const logClosed = (brokers: readonly string[]): InfrastructureError =>
  problem(
    'LOG_CLOSED',
    'the log was used after it was closed',
    brokers.join(','),
    'an open one',
    'open it again',
  );

export const consumerClosed = (topic: string, group: string): InfrastructureError =>
  problem(
    'CONSUMER_CLOSED',
    'a consumer was polled after it was closed',
    `${group} on ${topic}`,
    'an open consumer',
    'open a new one',
  );
