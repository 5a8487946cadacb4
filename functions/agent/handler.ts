/** Tasks from the log for agents whose code runs in this process. */
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { callAgent, type CallDeps, type LocalAgent } from './call-agent.ts';
import { type HostDeps, type HostedAgent } from './host.ts';
import { createTaskHandler } from './host-batch.ts';

export interface AgentDeps extends HostDeps, CallDeps {
  readonly agents: readonly LocalAgent[];
}

export const createHandler = (deps: AgentDeps): KafkaHandler =>
  createTaskHandler(deps, new Map(deps.agents.map((agent) => [agent.manifest.name, hosted(deps, agent)])));

const hosted = (deps: CallDeps, agent: LocalAgent): HostedAgent => ({
  manifest: agent.manifest,
  call: async (call) => ({ type: 'outcome', outcome: await callAgent(deps, agent, call) }),
});
