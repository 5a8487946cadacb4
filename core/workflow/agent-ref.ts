/** `agent: name` or `agent: name@range`. */
import { patterns } from '../ids.ts';
import { type JsonObject } from '../json.ts';
import { type AgentStep } from './definition.ts';
import { textOf } from './field.ts';
import { nearest } from './nearest.ts';
import { quote } from './problem.ts';
import { didYouMean, type Report, type Where } from './report.ts';
import { type SourceNode } from './source-node.ts';
import { isRange, satisfies } from './version-range.ts';

export interface KnownAgent {
  readonly version: string;
  /** JSON Schema of what it gives; `undefined`: not known. */
  readonly output?: () => JsonObject | undefined;
}
/** The registered agents by name. */
export type KnownAgents = ReadonlyMap<string, KnownAgent>;

export function parseAgentRef(
  node: SourceNode | undefined,
  agents: KnownAgents | undefined,
  report: Report,
): AgentStep['agent'] | undefined {
  const text = textOf(node, report);
  if (text === undefined) return undefined;
  const at = text.value.indexOf('@');
  const name = at < 0 ? text.value : text.value.slice(0, at);
  const range = at < 0 ? undefined : text.value.slice(at + 1);
  if (!patterns.agentName.test(name) || (range !== undefined && !isRange(range))) {
    report.add('WF_AGENT_REF', text, `${quote(text.value)} does not name an agent`, {
      expected: 'name or name@range, e.g. app-designer or app-designer@^1.2',
      hint: patterns.agentName.test(name)
        ? 'correct the range after @'
        : 'names are lower case with - between words',
    });
    return undefined;
  }
  const where = { at: text.locate(0, name.length), path: text.path };
  if (agents !== undefined) checkRegistered(name, range, agents, where, report);
  return range === undefined ? { name } : { name, range };
}

function checkRegistered(
  name: string,
  range: string | undefined,
  agents: KnownAgents,
  where: Where,
  report: Report,
): void {
  const agent = agents.get(name);
  if (agent === undefined)
    report.add('WF_UNKNOWN_AGENT', where, `unknown agent ${quote(name)}`, {
      expected: `a registered agent: ${[...agents.keys()].sort().slice(0, 20).join(', ') || 'none is registered'}`,
      ...didYouMean(
        nearest(name, agents.keys()),
        `add a folder agents/${name}: CONTRIBUTING.md lists its files`,
      ),
    });
  else if (range !== undefined && !satisfies(agent.version, range))
    report.add(
      'WF_AGENT_VERSION',
      where,
      `agent ${quote(name)} has version ${agent.version}, not in ${quote(range)}`,
      {
        expected: `a range that contains ${agent.version}`,
        hint: 'change the range, or register another version of the agent',
      },
    );
}
