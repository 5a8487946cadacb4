/** What the functions around agents need, and how each of them calls its agents. */
import { type TaskOutcome } from '#core/event-data.ts';
import { type AgentManifest } from '#core/agent/contract.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import { type Json } from '#core/json.ts';
import { type InvocationStore } from '#core/invocation-store.ts';
import { type BlobStore, type Clock, type Logger, type LogProducer, type Random } from '#core/ports.ts';
import { type HostTask } from './host-task.ts';
import { type Timers } from './timers.ts';

export interface HostDeps {
  readonly log: LogProducer;
  /** Where log and store are one; else results and responses are written in turn. */
  readonly joint?: Pick<JointWrites, 'finishAndSend'>;
  readonly invocations: InvocationStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly logger: Logger;
  /** The mapping takes an answer that names the failed records; else an unfinished record makes the handler throw. */
  readonly partialResponses: boolean;
}

/** An agent as its host calls it: in this process, over HTTP, or in a thread. */
export interface HostedAgent {
  readonly manifest: Pick<AgentManifest, 'name' | 'timeoutMs' | 'onRedelivery'>;
  /**
   * Never rejects for anything the agent does; `InfrastructureError` lets the task come again. May ignore `signal`:
   * the caller stops waiting by itself.
   */
  readonly call: (call: TaskCall) => Promise<CallEnd>;
}

export interface TaskCall {
  readonly task: HostTask;
  /** The task's input, every claim check loaded; references to secrets are still references. */
  readonly input: Json;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970: past it nobody waits for the result. */
  readonly endsAt: number;
  readonly logger: Logger;
}

/** `accepted`: the agent answers later, by itself. */
export type CallEnd =
  { readonly type: 'outcome'; readonly outcome: TaskOutcome } | { readonly type: 'accepted' };

export const failed = (failure: Extract<TaskOutcome, { status: 'failed' }>['failure']): CallEnd => ({
  type: 'outcome',
  outcome: { status: 'failed', failure },
});
