/** Another version of a workflow, unlike enough that a run which took it up would show it. */
import { isJsonObject, type JsonObject } from '#core/json.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseDefinition } from '#core/workflow/parse-definition.ts';
import { agentSteps } from '#core/workflow/graph.ts';

const known = new WeakMap<Definition, Definition>();

/**
 * One step more, which goes as soon as any other step has settled: a run that looked here for what is next would open
 * it. Undefined where such a workflow cannot be made of this one.
 */
export function nextVersionOf(definition: Definition): Definition | undefined {
  const made = known.get(definition);
  if (made !== undefined) return made;
  const parsed = parseDefinition(sourceAfter(definition));
  if (!parsed.ok) return undefined;
  known.set(definition, parsed.value);
  return parsed.value;
}

function sourceAfter({ source, steps }: Definition): JsonObject {
  const ids = steps.map(({ id }) => id);
  const added = `added_${ids.length}_${ids.join('').length}`;
  const agent = agentSteps({ steps })[0]?.agent.name ?? '';
  const before = isJsonObject(source['steps']) ? source['steps'] : {};
  return {
    ...source,
    version: '999.0.0',
    steps: { ...before, [added]: { agent, needs: ids, join: 'any' } },
  };
}
