/** Composition root of the agents of transport `local`. */
import { lambdaEntry } from '#adapters/lambda.ts';
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { systemTimers } from '#adapters/timers.ts';
import { threadStarter } from '#adapters/worker-thread.ts';
import { manifests } from '#agents/manifests.ts';
import { createHandler } from './handler.ts';
import { type FromThread, type ToThread } from './thread.ts';

export const create = (platform: Platform, settings: FunctionSettings) => {
  const start = threadStarter<ToThread, FromThread>({ entry: new URL('./worker.ts', import.meta.url) });
  return createHandler({
    ...platform,
    invocations: platform.store.invocations,
    blobs: platform.store.blobs,
    timers: systemTimers,
    partialResponses: settings.partialResponses,
    agents: manifests.filter((manifest) => settings.agents.includes(manifest.name)),
    startThread: platform.watch?.thread(start) ?? start,
  });
};

export const handler = lambdaEntry(create);
