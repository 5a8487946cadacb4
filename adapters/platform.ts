/**
 * Everything outside, opened once per process and handed to the composition roots of `functions/`.
 */
import { type AgentDefinition, type OpenModel } from '#core/agent/contract.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import { type Clock, type Log, type Logger, type Random, type Store } from '#core/ports.ts';
import { type StoreUser } from '#core/store-user.ts';
import { type Posted, type PostRequest } from './telemetry/traced-agent.ts';
import { type Telemetry } from './telemetry/telemetry.ts';
import { type AwsCredentials } from './aws/sign-request.ts';
import { type StartThread } from './telemetry/traced-thread.ts';

export interface Platform {
  readonly log: Log;
  readonly store: Store;
  /** Where log and store are one. Whoever wraps these two wraps it too, or takes it away. */
  readonly joint?: JointWrites;
  /** Makes the store ready before its first use: indexes, and users where it has any. To repeat it does no harm. */
  readonly prepareStore: (users?: readonly StoreUser[]) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Only the orchestrator's composition root reads them. */
  readonly capabilityKeys: () => CapabilityKeys;
  /** The model for one call of one agent; the scripted one where no key is configured. */
  readonly model: OpenModel;
  /** `scripted`, or the name of the model that answers. */
  readonly modelName: string;
  /** A secret by name, where the agent runs. */
  readonly secret: (name: string) => string | undefined;
  /** Hosts (`host` or `host:port`) that HTTP agents may be reached at although they are private or plain http. */
  readonly allowedHosts?: readonly string[];
  /** Absent or not enabled: nothing is traced. */
  readonly telemetry?: Telemetry;
  /** What a composition root wraps calls to the outside with, where they are traced. */
  readonly watch?: Watch;
  /** Who this process is to AWS; absent outside. */
  readonly aws?: AwsCredentials;
  close(): Promise<void>;
}

/** Each gives back what behaves as before. */
export interface Watch {
  readonly agent: (agent: AgentDefinition) => AgentDefinition;
  readonly post: <R extends PostRequest, P extends Posted>(
    post: (request: R) => Promise<P>,
  ) => (request: R) => Promise<P>;
  readonly thread: <To, From>(start: StartThread<To, From>) => StartThread<To, From>;
}

/** What a composition root is told beside the platform: from the topology locally, from the environment on Lambda. */
export interface FunctionSettings {
  readonly name: string;
  readonly agents: readonly string[];
  readonly partialResponses: boolean;
  /** Where hosted HTTP agents listen, by agent name. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Loopback and plain http are allowed for HTTP agents. Said so at start. */
  readonly development: boolean;
  /** Ended runs are kept this long, in milliseconds. */
  readonly storeRetentionMs: number;
}
