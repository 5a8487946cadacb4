/**
 * The Kafka event that an event source mapping hands to a Lambda function, and the answer it takes.
 * Source: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK" and "Using Lambda with self-managed Apache Kafka".
 * L1. Topic names contain `-`: a map key `<topic>-<partition>` is never split; each record names its own place.
 */
export interface KafkaEvent {
  readonly eventSource: 'aws:kafka' | 'SelfManagedKafka';
  readonly eventSourceArn?: string;
  /** Comma-separated `host:port`. */
  readonly bootstrapServers: string;
  readonly records: Readonly<Record<string, readonly KafkaEventRecord[]>>;
}

export interface KafkaEventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  /** Base64; null or absent where the record has none. */
  readonly key?: string | null;
  readonly value?: string | null;
  /** One object with one name each, in order; names repeat; bytes may be signed. */
  readonly headers: readonly Readonly<Record<string, readonly number[]>>[] | null;
}

/** `ReportBatchItemFailures` for Kafka: the failed record and every later one of its partition. */
export interface KafkaBatchResponse {
  readonly batchItemFailures: readonly {
    readonly itemIdentifier: { readonly partition: string; readonly offset: number };
  }[];
}

/** What a handler uses of the Lambda context. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
}

export type KafkaHandler = (event: KafkaEvent, context: InvocationContext) => Promise<KafkaBatchResponse>;
