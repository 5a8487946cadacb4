/** What runs in the thread of an agent of transport `local`: a composition root of its own, with its own model client. */
import { environmentConfig } from '#adapters/lambda.ts';
import { openModels } from '#adapters/llm/open-model.ts';
import { serveThread } from '#adapters/worker-thread.ts';
import { registry } from '#agents/registry.ts';
import { createThreadLoop } from './thread-loop.ts';
import { type FromThread, type ToThread } from './thread.ts';

await serveThread<ToThread, FromThread>(async (name, post) => {
  const agent = registry.get(name);
  if (agent === undefined) {
    throw new Error(
      `no agent of that name is registered: got '${name}', expected one of ${[...registry.keys()].join(', ')}.`,
    );
  }
  return createThreadLoop({ agent, post, model: openModels(environmentConfig().model).model });
});
