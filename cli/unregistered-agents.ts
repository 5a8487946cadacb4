/** Agents whose folder lies in `agents/` and that `npm run registry` has not been run for: no workflow finds them yet. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { manifests } from '#agents/manifests.ts';
import { patterns } from '#core/ids.ts';
import { type Problem } from '#core/workflow/problem.ts';

const agentsFolder = resolve(import.meta.dirname, '..', 'agents');

/** What to do for an agent of this name; `undefined` where it is registered, or has no folder either. */
export function registryHint(name: string, folder: string = agentsFolder): string | undefined {
  if (!patterns.agentName.test(name) || manifests.some((manifest) => manifest.name === name))
    return undefined;
  return existsSync(join(folder, name, 'agent.yaml'))
    ? `agents/${name} is there and not registered yet: npm run registry`
    : undefined;
}

/** A workflow is parsed without looking at folders. */
export function withRegistryHint(problem: Problem, folder?: string): Problem {
  if (problem.code !== 'WF_UNKNOWN_AGENT') return problem;
  const [, name = ''] = /^unknown agent '([^']*)'$/.exec(problem.message) ?? [];
  const hint = registryHint(name, folder);
  return hint === undefined ? problem : { ...problem, hint };
}
