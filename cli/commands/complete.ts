/** `complete -- words…`: what may stand in place of the last word. Completion scripts ask it at every Tab. */
import { type Command } from 'commander';
import { candidatesFor, type Candidate } from '../candidates.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

export async function completeCommand(
  context: Context,
  program: Command,
  words: readonly string[],
): Promise<ExitCode> {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const candidates = await candidatesFor(context, program, { before, last });
  for (const { text, says } of candidates.filter((candidate) => fits(candidate, last)))
    context.output.data(says === undefined ? text : `${text}\t${says}`);
  return exitCodes.ok;
}

const fits = ({ text }: Candidate, last: string): boolean => text === ':files' || text.startsWith(last);
