/** Composition root of an agent fed by the log: one function per agent of transport `kafka`. */
import { lambdaEntry } from '#adapters/lambda.ts';
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { systemTimers } from '#adapters/timers.ts';
import { registry } from '#agents/registry.ts';
import { createHandler } from './handler.ts';

export const create = (platform: Platform, settings: FunctionSettings) =>
  createHandler({
    ...platform,
    invocations: platform.store.invocations,
    blobs: platform.store.blobs,
    timers: systemTimers,
    partialResponses: settings.partialResponses,
    agents: settings.agents.flatMap((name) => {
      const found = registry.get(name);
      if (found === undefined || platform.watch === undefined) return found ?? [];
      return { ...found, agent: platform.watch.agent(found.agent) };
    }),
  });

export const handler = lambdaEntry(create);
