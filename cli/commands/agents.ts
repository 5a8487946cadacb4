/** `agents list` and `agents get <name>`: what workflows can use. */
import { manifests } from '#agents/manifests.ts';
import { type AgentManifest } from '#core/agent/contract.ts';
import { groups, topics } from '#core/event-catalog.ts';
import { durationText } from '#core/run/timeline.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { loadAgents } from '../agent-code.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { typed, usageError } from '../problem.ts';
import { table } from '../table.ts';
import { registryHint } from '../unregistered-agents.ts';

export interface AgentsOptions {
  readonly json?: boolean;
}

export async function agentsListCommand({ output }: Context, options: AgentsOptions): Promise<ExitCode> {
  if (options.json === true) output.data(JSON.stringify(manifests));
  else
    output.data(
      table(
        ['AGENT', 'VERSION', 'TRANSPORT', 'DESCRIPTION'],
        manifests.map(({ name, version, transport, description }) => [name, version, transport, description]),
        output.columns(),
      ),
    );
  return exitCodes.ok;
}

export async function agentsGetCommand(
  { output }: Context,
  name: string,
  options: AgentsOptions,
): Promise<ExitCode> {
  const manifest = findAgent(name);
  const contract = await contractOf(manifest.name);
  output.data(
    options.json === true ? JSON.stringify({ ...manifest, ...contract }) : textOf(manifest, contract),
  );
  return exitCodes.ok;
}

export function findAgent(name: string): AgentManifest {
  const manifest = manifests.find((candidate) => candidate.name === name);
  if (manifest !== undefined) return manifest;
  const names = manifests.map((candidate) => candidate.name);
  const near = nearest(name, names);
  throw usageError('AGENT_UNKNOWN', `there is no agent ${typed(name)}`, {
    expected: `one of ${names.join(', ')}`,
    hint:
      registryHint(name) ??
      (near === undefined ? './baton agents list shows them' : `did you mean '${near}'?`),
  });
}

interface Contract {
  /** JSON Schemas (2020-12). */
  readonly input?: unknown;
  readonly output?: unknown;
}

/** The code of the agents is loaded only here: it brings their schemas with it. */
async function contractOf(name: string): Promise<Contract> {
  const [registry, { answerSchema }] = await Promise.all([
    loadAgents(),
    import('#core/agent/answer-schema.ts'),
  ]);
  const agent = registry.get(name)?.agent;
  if (agent === undefined) return {};
  return { input: answerSchema(agent.input).json, output: answerSchema(agent.output).json };
}

function textOf(manifest: AgentManifest, { input, output }: Contract): string {
  const { name, version, description, transport, endpoint, owner, timeoutMs, onRedelivery, model } = manifest;
  const lines = [
    `${name} ${version}`,
    description,
    '',
    `transport    ${transport}${endpoint === undefined ? '' : ` (${endpoint})`}`,
    `owner        ${owner}`,
    `timeout      ${durationText(timeoutMs)} for one attempt`,
    `redelivery   ${onRedelivery}`,
    `model        ${model === undefined ? 'none' : `profile ${model.profile}, ${model.maxOutputTokens} tokens at most`}`,
    `topic        ${topics.step(name)} (group ${groups.agent(name)})`,
  ];
  if (input !== undefined) lines.push('', 'input', JSON.stringify(input, null, 2));
  if (output !== undefined) lines.push('', 'output', JSON.stringify(output, null, 2));
  return lines.join('\n');
}
