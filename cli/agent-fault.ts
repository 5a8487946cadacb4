/** Errors that the code of agents made: mended in that code, and no bug of Baton. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CliProblem } from './problem.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `undefined`: the error began elsewhere. */
export function agentFault(error: unknown): Omit<CliProblem, 'exit'> | undefined {
  const place = placeOf(error);
  if (place === undefined || !(error instanceof Error)) return undefined;
  return {
    code: 'AGENT_BROKEN',
    message: `the code of an agent does not work: ${error.message.split('\n')[0] ?? ''}\ngot: an error at ${place}`,
    expected: 'code that loads, awaits every promise it makes, and throws from run() or nowhere',
    hint: 'correct that file: npm run types says more; npm run registry, if an agent was added or removed',
  };
}

/** Where in `agents/` the error began; of what could not be loaded, the message or the first line of the stack says it. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = `${error.stack ?? ''}\n${error.message}`;
  const from = text.indexOf(`${root}agents/`);
  if (from === -1) return undefined;
  const [place] = /^[^\s:'"()]+(?::\d+)?/.exec(text.slice(from)) ?? [];
  return place && relative(root, place);
}
