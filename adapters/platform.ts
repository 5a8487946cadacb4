/**
 * Everything outside, opened once per process and handed to the composition roots of `functions/`.
 */
import { type OpenModel } from '#core/agent/contract.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { type Clock, type Log, type Logger, type Random, type Store } from '#core/ports.ts';

export interface Platform {
  readonly log: Log;
  readonly store: Store;
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
  close(): Promise<void>;
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
