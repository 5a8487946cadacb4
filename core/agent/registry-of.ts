/** The registry of the agents whose code is at hand, from their manifests and their code by folder. */
import { type AgentDefinition, type AgentManifest, type AgentRegistry } from './contract.ts';
import { shown } from './shown.ts';

/** Throws where code and folder disagree: no task of that agent would ever be answered. */
export function registryOf(
  manifests: readonly AgentManifest[],
  code: Readonly<Record<string, AgentDefinition>>,
): AgentRegistry {
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  return new Map(
    Object.entries(code).map(([folder, agent]) => {
      const manifest = byName.get(folder);
      if (manifest === undefined)
        throw new Error(
          `agents/${folder}/agent.yaml is not among the manifests; expected one for each agent. Write the registry again: npm run registry`,
        );
      if (!isNamed(agent))
        throw new Error(
          `agents/${folder}/agent.ts exports no agent: got ${shown(agent)}, expected what defineAgent gives, with a name. Write there: export const agent = defineAgent({ name: '${folder}', … }).`,
        );
      if (agent.name !== folder)
        throw new Error(
          `agents/${folder}/agent.ts defines an agent of another name: got '${agent.name}', expected '${folder}'. Give defineAgent the name of the folder.`,
        );
      return [folder, { manifest, agent }] as const;
    }),
  );
}

/** Types say so of every agent; but they are not asked where code is run as it was written. */
const isNamed = (agent: unknown): boolean =>
  typeof agent === 'object' &&
  agent !== null &&
  'name' in agent &&
  typeof agent.name === 'string' &&
  agent.name !== '';
