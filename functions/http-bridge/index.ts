/** Composition root of the bridge to an agent behind HTTP. */
import { signedPost } from '#adapters/aws/sign-request.ts';
import { openPostEvent } from '#adapters/http/post-event.ts';
import { lambdaEntry } from '#adapters/lambda.ts';
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { systemTimers } from '#adapters/timers.ts';
import { manifests } from '#agents/manifests.ts';
import { createHandler, type RemoteAgent } from './handler.ts';

export const create = (platform: Platform, settings: FunctionSettings) => {
  const post = signedPost(
    openPostEvent({ allowedHosts: platform.allowedHosts ?? [], loopback: settings.development }),
    {
      credentials: platform.aws,
      addresses: Object.values(settings.endpoints),
      now: () => platform.clock.now(),
    },
  );
  return createHandler({
    ...platform,
    invocations: platform.store.invocations,
    blobs: platform.store.blobs,
    timers: systemTimers,
    partialResponses: settings.partialResponses,
    agents: settings.agents.map((name) => remote(name, settings)),
    post: platform.watch?.post(post) ?? post,
  });
};

function remote(name: string, settings: FunctionSettings): RemoteAgent {
  const manifest = manifests.find((candidate) => candidate.name === name);
  const url = manifest?.endpoint ?? settings.endpoints[name];
  if (manifest !== undefined && url !== undefined) return { manifest, url };
  throw new Error(
    `agent ${name} has no address: expected an endpoint in its agent.yaml or in BATON_ENDPOINTS. Add one.`,
  );
}

export const handler = lambdaEntry(create);
