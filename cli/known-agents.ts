/** The agents that a workflow file may name, and what their code says that they give. */
import { manifests } from '#agents/manifests.ts';
import { type JsonObject } from '#core/json.ts';
import { type KnownAgents } from '#core/workflow/agent-ref.ts';
import { loadAgents } from './agent-code.ts';

let known: Promise<KnownAgents> | undefined;

export const knownAgents = (): Promise<KnownAgents> => (known ??= findAgents());

async function findAgents(): Promise<KnownAgents> {
  const code = await codeOfAgents();
  return new Map(
    manifests.map(({ name, version, endpoint }) => {
      // The code of one with an endpoint runs elsewhere: what it gives is known there.
      const agent = endpoint === undefined ? code?.registry.get(name)?.agent : undefined;
      let schema: { readonly value: JsonObject | undefined } | undefined;
      const output = () => (schema ??= { value: agent && code?.outputSchema(agent.output) }).value;
      return [name, { version, output }];
    }),
  );
}

/** Workflows are read without it, too: that it does not load is for `doctor`, and whoever hosts, to say. */
async function codeOfAgents() {
  try {
    const [registry, { outputSchema }] = await Promise.all([
      loadAgents(),
      import('#core/agent/answer-schema.ts'),
    ]);
    return { registry, outputSchema };
  } catch {
    return undefined;
  }
}
