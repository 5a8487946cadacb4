/** `dlq redrive`: sends the original records of dead letters to their original topics again, each once. */
import { type Letter } from '#core/dead-letter-read.ts';
import { type JsonObject } from '#core/json.ts';
import { type Platform } from '#adapters/platform.ts';
import { findLetters, redrive, type FoundLetter, type Redriven } from '#functions/redrive.ts';
import { type Context } from '../context.ts';
import { checkId, findLetter, letterFilter, missing } from '../dead-letters.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { presentHost, startHostHint } from '../host-presence.ts';
import { placeOf, withPlatform } from '../open.ts';
import { usageError } from '../problem.ts';
import { iso } from '../record-text.ts';
import { hasDeadLetters } from '../topics.ts';
import { userName } from '../user-name.ts';

export interface RedriveOptions {
  readonly all?: boolean;
  readonly code?: string;
  readonly run?: string;
  readonly again?: boolean;
  readonly json?: boolean;
}

export async function dlqRedriveCommand(
  context: Context,
  asked: readonly string[],
  options: RedriveOptions,
): Promise<ExitCode> {
  checkAsked(asked, options);
  return withPlatform(context, async (platform, config) => {
    const results: Redriven[] = [];
    for await (const letter of lettersOf(platform, asked, options, placeOf(config))) {
      const result = await redrive(
        { log: platform.log, blobs: platform.store.blobs, clock: platform.clock },
        letter,
        { by: userName(), again: options.again === true },
      );
      results.push(result);
      if (options.json !== true) context.output.data(textOf(result));
    }
    if (options.json === true) context.output.data(JSON.stringify(results.map(jsonOf)));
    else if (results.length === 0) context.output.note('No such dead letter: nothing was sent.');
    if (results.some(({ status }) => status === 'sent') && presentHost(config) === undefined)
      context.output.note(`To go on: ${startHostHint}.`);
    return results.some(({ status }) => status === 'impossible') ? exitCodes.usage : exitCodes.ok;
  });
}

function checkAsked(asked: readonly string[], { all, code, run }: RedriveOptions): void {
  const byFilter = all === true || code !== undefined || run !== undefined;
  if (byFilter === asked.length > 0)
    throw usageError(
      'USAGE',
      byFilter ? 'letters and a choice of them exclude each other' : 'no dead letter is named',
      {
        expected: 'places like 3/17 or @last; or --code, --run or --all',
        hint: './baton dlq list shows the dead letters there are',
      },
    );
  for (const id of asked) if (id !== '@last') checkId(id);
}

/** All that are named are there before the first one is sent. */
async function* lettersOf(
  { log, store }: Platform,
  asked: readonly string[],
  options: RedriveOptions,
  place: string,
): AsyncGenerator<FoundLetter, void, void> {
  if (!(await hasDeadLetters(log))) {
    const [first] = asked;
    if (first !== undefined) throw missing(first);
    return;
  }
  if (asked.length === 0) return yield* findLetters(log, await letterFilter(store.runs, options, place));
  const named: FoundLetter[] = [];
  for (const id of new Set(asked)) named.push(await findLetter(log, id));
  yield* named;
}

const origin = ({ original: { topic, partition, offset } }: Letter): string =>
  `${topic} (was ${partition}/${offset})`;

function textOf(result: Redriven): string {
  const { letter } = result;
  switch (result.status) {
    case 'sent':
      return `${letter.id}  sent to ${origin(letter)}`;
    case 'kept':
      return `${letter.id}  was sent again at ${iso(result.mark.at)} by ${result.mark.by}: --again sends it once more`;
    case 'impossible':
      return `${letter.id}  not sent: ${result.reason}`;
  }
}

function jsonOf(result: Redriven): JsonObject {
  const { letter, status } = result;
  return {
    letter: letter.id,
    code: letter.code,
    topic: letter.original.topic,
    status,
    ...(result.status === 'impossible' ? { reason: result.reason } : {}),
    ...(result.status === 'kept' ? { redriven: { at: iso(result.mark.at), by: result.mark.by } } : {}),
  };
}
