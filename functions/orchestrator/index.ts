/** Composition root of the orchestrator. */
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { lambdaEntry } from '#adapters/lambda.ts';
import { manifests } from '#agents/manifests.ts';
import { createHandler } from './handler.ts';

export const create = (platform: Platform, settings: FunctionSettings) =>
  createHandler({
    ...platform,
    keys: platform.capabilityKeys(),
    agents: new Map(manifests.map((manifest) => [manifest.name, manifest])),
    storeRetentionMs: settings.storeRetentionMs,
  });

export const handler = lambdaEntry(create);
