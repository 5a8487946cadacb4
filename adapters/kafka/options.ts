/** How a Kafka cluster is reached. */
import { type Logger } from '#core/ports.ts';

export type KafkaSecurity =
  | { readonly type: 'plaintext' }
  /** `caFile`: certificates in PEM that sign the brokers', where the system's do not. */
  | { readonly type: 'tls'; readonly caFile?: string }
  | {
      readonly type: 'scram';
      readonly mechanism: 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
      readonly tls: boolean;
      readonly caFile?: string;
    }
  /** Amazon MSK: TLS, and tokens signed with the credentials of the environment. */
  | { readonly type: 'msk-iam'; readonly region: string };

export interface KafkaOptions {
  /** `host:port` of at least one broker; the others are learned from it. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security: KafkaSecurity;
  readonly logger: Logger;
  /** Of topics that are created. Default: what the cluster is configured to. */
  readonly replicationFactor?: number;
  /** A member of a group that is silent for so long loses its partitions. Default: 30,000. */
  readonly sessionTimeoutMs?: number;
}
