/** Tasks from the log for agents that each run in a thread of their own: a loop or an exit hurts only itself. */
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { type HostDeps, type HostedAgent } from '../agent/host.ts';
import { createTaskHandler } from '../agent/host-batch.ts';
import { createAgentThread } from './agent-thread.ts';
import { type StartThread } from './thread.ts';

export interface LocalAgentsDeps extends HostDeps {
  readonly agents: readonly HostedAgent['manifest'][];
  readonly startThread: StartThread;
  /** A secret by name, where the agents run. */
  readonly secret: (name: string) => string | undefined;
}

/** `close` ends the threads; tasks still in them come again. */
export type LocalAgentsHandler = KafkaHandler & { readonly close: () => Promise<void> };

export function createHandler(deps: LocalAgentsDeps): LocalAgentsHandler {
  const threads = deps.agents.map((manifest) => ({
    manifest,
    thread: createAgentThread(deps, manifest.name),
  }));
  const hosted = threads.map(({ manifest, thread }): [string, HostedAgent] => [
    manifest.name,
    { manifest, call: (call) => thread.call(call) },
  ]);
  return Object.assign(createTaskHandler(deps, new Map(hosted)), {
    close: async () => {
      await Promise.all(threads.map(({ thread }) => thread.close()));
    },
  });
}
