/** Composition root of an agent behind HTTP that Baton hosts. */
import { lambdaEntry } from '#adapters/lambda.ts';
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { systemTimers } from '#adapters/timers.ts';
import { registry } from '#agents/registry.ts';
import { createHandler } from './handler.ts';

export function create(platform: Platform, settings: FunctionSettings) {
  const name = settings.agents[0] ?? '';
  const agent = registry.get(name);
  if (agent === undefined) {
    throw new Error(
      `function ${settings.name} has no agent to run: got '${name}', expected one of ${[...registry.keys()].join(', ')}. Set BATON_AGENTS.`,
    );
  }
  const { watch } = platform;
  const watched = watch === undefined ? agent : { ...agent, agent: watch.agent(agent.agent) };
  return createHandler({ ...platform, timers: systemTimers, agent: watched });
}

export const handler = lambdaEntry(create);
