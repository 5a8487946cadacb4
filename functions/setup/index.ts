/** Composition root of the setup of a deployment. */
import { lambdaEntry, secretText } from '#adapters/lambda.ts';
import { manifests } from '#agents/manifests.ts';
import { createSetup } from './handler.ts';

export const handler = lambdaEntry((platform) => {
  const setup = createSetup({
    definitions: platform.store.definitions,
    prepareStore: platform.prepareStore,
    secret: (address) => secretText(address, 'a user of the database'),
    agents: new Map(manifests.map((manifest) => [manifest.name, manifest])),
  });
  return (event: Parameters<typeof setup>[0]) => setup(event);
});
