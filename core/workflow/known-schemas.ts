/** The JSON Schemas of what expressions of a workflow may read: declared inputs, outputs of agents and approvals. */
import { isJsonObject, type JsonObject } from '../json.ts';
import { type KnownAgents } from './agent-ref.ts';
import { approvalOutput } from './approval.ts';
import { type Variables } from './expression-check.ts';
import { childOf } from './scope.ts';
import { fieldOf, type MapEntry } from './source-node.ts';

/**
 * For a file that is checked against the agents there are. A stored definition was checked when it was stored: it is
 * not refused because an agent has changed since, or because more is checked now.
 */
export function knownSchemas(
  inputSchema: JsonObject,
  steps: readonly MapEntry[],
  agents: KnownAgents | undefined,
): Pick<Variables, 'inputSchema' | 'outputSchema'> {
  if (agents === undefined) return {};
  const entries = new Map(steps.map((entry) => [entry.key, entry]));
  return {
    inputSchema(name) {
      const schema = childOf(inputSchema['properties'] ?? null, name) ?? null;
      return isJsonObject(schema) ? schema : undefined;
    },
    outputSchema: (step) => outputOf(entries.get(step), agents),
  };
}

/** Read from the file as it stands: expressions may read steps that come later. */
function outputOf(entry: MapEntry | undefined, agents: KnownAgents): JsonObject | undefined {
  if (entry?.value.kind !== 'map') return undefined;
  const agent = fieldOf(entry.value, 'agent');
  if (agent === undefined) return fieldOf(entry.value, 'approval') && approvalOutput;
  if (agent.kind !== 'scalar' || typeof agent.value !== 'string') return undefined;
  const [name = ''] = agent.value.split('@');
  return agents.get(name)?.output?.();
}
