/** How a Kafka cluster is reached. */
import { type Logger } from '#core/ports.ts';

/** Certificates in PEM that sign the brokers', where the system's do not: a file of them, or their text. */
export interface KafkaAuthority {
  readonly caFile?: string;
  readonly ca?: string;
}

export type KafkaSecurity =
  | { readonly type: 'plaintext' }
  | ({ readonly type: 'tls' } & KafkaAuthority)
  | ({
      readonly type: 'scram';
      readonly mechanism: 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
      readonly tls: boolean;
    } & KafkaAuthority)
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
