/** Errors that the code of agents made: mended in that code, and no bug of Baton. */
import { fileURLToPath } from 'node:url';
import { type CliProblem } from './problem.ts';

/** Stacks name files by URL, with a blank or an accent in it encoded; messages name them by path. */
const base = new URL('..', import.meta.url).href;
const root = fileURLToPath(base);

/** `undefined`: the error began elsewhere. */
export function agentFault(error: unknown): Omit<CliProblem, 'exit'> | undefined {
  if (!(error instanceof Error)) return undefined;
  const place = placeOf(error);
  if (place === undefined) return undefined;
  return {
    code: 'AGENT_BROKEN',
    message: `the code of an agent does not work: ${error.message.split('\n')[0] ?? ''}\ngot: an error at ${place}`,
    expected: 'code that loads, awaits every promise it makes, and throws from run() or nowhere',
    hint: 'correct that file: npm run types says more; npm run registry, if an agent was added or removed',
  };
}

/** Where in `agents/` the error began; of what could not be loaded, the message or the first line of the stack says it. */
function placeOf({ message, stack = '' }: Error): string | undefined {
  const [, ...after] = `${stack}\n${message}`.replaceAll(base, root).split(`${root}agents/`);
  const places = after.flatMap((text) => /^[^\s:'"()]+(?::\d+)?/.exec(text) ?? []);
  const [first] = places;
  // The registry is generated: what is wrong there is wrong in a file that it imports.
  const own = places.find((place) => !/^registry\.ts(?::|$)/.test(place)) ?? (first && importedIn(message));
  const place = own ?? first;
  return place === undefined ? undefined : `agents/${place}`;
}

/** `./<folder>/agent.ts` as Node says it, `agents/<folder>/agent.ts` as `registryOf` does. */
const importedIn = (message: string): string | undefined =>
  /(?:^|[\s'])(?:\.|agents)\/([a-z0-9-]+\/agent\.(?:ts|yaml))/.exec(message)?.[1];
