/**
 * The code of the agents, loaded here and nowhere else in the command: whatever keeps it from loading is its own.
 * AC1. It is waited for no longer than ten seconds. The timer keeps the process alive: Node ends one that only waits
 *      for a module, and says nothing that a person could use.
 * AC2. It is loaded once; whoever asks again is told the same.
 */
import { endsWithin, systemTimers } from '#adapters/timers.ts';
import { manifests } from '#agents/manifests.ts';
import { type AgentRegistry } from '#core/agent/contract.ts';
import { shown } from '#core/agent/shown.ts';
import { type LoadFunction, loadFunction } from '#local/load-function.ts';
import { agentFault, type AgentFault, brokenAt, thrownAt, unfinishedAt } from './agent-fault.ts';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './problem.ts';

export interface AgentModules {
  readonly registry: () => Promise<{ readonly registry: AgentRegistry }>;
  /** Of the agents whose code should be here. */
  readonly names: readonly string[];
  readonly agent: (name: string) => Promise<unknown>;
}

const own: AgentModules = {
  registry: () => import('#agents/registry.ts'),
  names: manifests.filter(({ endpoint }) => endpoint === undefined).map(({ name }) => name),
  agent: (name) => import(`#agents/${name}/agent.ts`),
};

const longestMs = 10_000;
/** A module that was loaded before is there again at once. */
const againMs = 500;

let loading: Promise<AgentRegistry> | undefined;

/** Throws `CliError` (`AGENT_BROKEN`). */
export const loadAgents = (): Promise<AgentRegistry> => (loading ??= loadWithin(systemTimers, own));

/** For whoever hosts: the functions that run agents load them as every command does. */
export const loadHosted: LoadFunction = async (spec, platform, settings) => {
  if (spec.kind === 'agent' || spec.kind === 'http-agent') await loadAgents();
  return loadFunction(spec, platform, settings);
};

type Timers = Pick<typeof systemTimers, 'after'>;

export async function loadWithin(timers: Timers, modules: AgentModules): Promise<AgentRegistry> {
  const loaded = endOf(modules.registry());
  if (!(await endsWithin(timers, longestMs, loaded))) {
    const ends = await endsOfEach(timers, modules);
    const found = modules.names.filter((name) => !ends.has(name));
    throw problem(unfinishedAt(places(found, modules.names), longestMs));
  }
  const end = await loaded;
  if (end.status === 'fulfilled') return end.value.registry;
  const reason: unknown = end.reason;
  throw problem(agentFault(reason) ?? (await brokenSomewhere(timers, modules, reason)), reason);
}

/** What was thrown does not say where: a module that failed before fails again with the very same. */
async function brokenSomewhere(timers: Timers, modules: AgentModules, reason: unknown) {
  const ends = await endsOfEach(timers, modules);
  const found = modules.names.filter((name) => {
    const end = ends.get(name);
    return end?.status === 'rejected' && Object.is(end.reason, reason);
  });
  const place = places(found, modules.names);
  return reason instanceof Error ? brokenAt(place, reason) : thrownAt(place, shown(reason));
}

const places = (found: readonly string[], candidates: readonly string[]): string =>
  found.length > 0 || candidates.length === 1
    ? listed(found.length > 0 ? found : candidates)
    : `one of ${listed(candidates)}`;

const listed = (names: readonly string[]): string =>
  names.map((name) => `agents/${name}/agent.ts`).join(', ');

/** How each agent's own module ended; those that did not are left out. */
async function endsOfEach(timers: Timers, { names, agent }: AgentModules) {
  const ends = new Map<string, PromiseSettledResult<unknown>>();
  const asked = names.map(async (name) => ends.set(name, await endOf(agent(name))));
  await endsWithin(timers, againMs, Promise.all(asked));
  return ends;
}

async function endOf<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [end] = await Promise.allSettled([work]);
  return end;
}

const problem = (fault: AgentFault, cause?: unknown): CliError =>
  new CliError({ ...fault, exit: exitCodes.failed }, { cause });
