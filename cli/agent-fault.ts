/** Errors that the code of agents made: mended in that code, and no bug of Baton. */
import { fileURLToPath } from 'node:url';
import { type CliProblem } from './problem.ts';

/** Stacks name files by URL, with a blank or an accent in it encoded; messages name them by path. */
const base = new URL('..', import.meta.url).href;
const root = fileURLToPath(base);

export type AgentFault = Omit<CliProblem, 'exit'>;

/** `undefined`: the error began elsewhere, or does not say where. */
export function agentFault(error: unknown): AgentFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const place = placeOf(error);
  return place === undefined ? undefined : brokenAt(place, error);
}

export const brokenAt = (place: string, { message }: Error): AgentFault =>
  fault(message.split('\n')[0] ?? '', `an error at ${place}`);

/** `thrown`: what was thrown instead of an error, as it may be shown. */
export const thrownAt = (place: string, thrown: string): AgentFault =>
  fault(`it threw ${thrown}`, `what is no Error at ${place}`);

const fault = (what: string, got: string): AgentFault => ({
  code: 'AGENT_BROKEN',
  message: `the code of an agent does not work: ${what}\ngot: ${got}`,
  expected: 'code that loads, awaits every promise it makes, and throws from run() or nowhere',
  hint: 'correct that file: npm run types says more; npm run registry, if an agent was added or removed',
});

export const unfinishedAt = (place: string, afterMs: number): AgentFault => ({
  code: 'AGENT_BROKEN',
  message: `the code of an agent does not finish loading\ngot: nothing after ${afterMs / 1000} s from ${place}`,
  expected: 'code that loads at once, and waits for others in run() alone',
  hint: 'take what is awaited at the top level of that file, or of a file it imports, into run()',
});

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
