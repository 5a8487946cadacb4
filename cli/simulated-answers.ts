/**
 * What the agents of a workflow answer in a simulation: those whose code is here run once with the scripted model,
 * whatever keys are set; every other step answers with a stub, and why is said.
 */
import { openModels } from '#adapters/llm/open-model.ts';
import { manifests } from '#agents/manifests.ts';
import { type AgentRegistry } from '#core/agent/contract.ts';
import { type JsonObject } from '#core/json.ts';
import { type Logger } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type AnsweringStep } from '#simulation/report.ts';
import { type Scenario } from '#simulation/scenario.ts';
import { loadAgents } from './agent-code.ts';
import { callOnce } from './call-once.ts';
import { type Recipe } from './hunt-recipe.ts';
import { type Dispatched, recordAnswers, scenarioOf } from '#simulation/workflow-scenario.ts';
import { agentSteps } from '#core/workflow/graph.ts';

export interface Simulated {
  readonly scenario: Scenario;
  /** The same for other threads; without it this thread plays alone. */
  readonly recipe?: Recipe;
  readonly agents: readonly AnsweringStep[];
}

export async function simulated(definition: Definition, input: JsonObject): Promise<Simulated> {
  const registry = await loadAgents();
  const how = new Map<string, string>();
  const answers = await recordAnswers(definition, { manifests, input }, async (task) => {
    const { answers: said, value } = await ask(registry, task);
    how.set(task.step, said);
    return value;
  });
  return {
    scenario: scenarioOf(definition, { manifests, input, answers }),
    recipe: { type: 'workflow', source: definition.source, input, answers },
    agents: agentSteps(definition).map(({ id, agent }) => ({
      step: id,
      agent: agent.name,
      answers: how.get(id) ?? 'a stub: the ordinary history does not ask it',
    })),
  };
}

// No key: the scripted model answers, at no cost and always the same.
const models = openModels({ names: {} });

async function ask(registry: AgentRegistry, { agent, step, attempt, input, secrets = [] }: Dispatched) {
  const local = registry.get(agent);
  if (local === undefined) return { answers: 'a stub: the agent is not registered here', value: undefined };
  const outcome = await callOnce({ model: models.model, secret: () => undefined }, local, {
    task: { id: `${step}:${attempt}`, runId: 'simulated', step, attempt, secrets },
    input: input.value,
    logger: silent,
  });
  if (outcome.status === 'completed')
    return { answers: 'its own code, with the scripted model', value: outcome.output.value };
  return { answers: `a stub: its own code failed (${outcome.failure.code})`, value: undefined };
}

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
