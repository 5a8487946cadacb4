/** `dlq list`: dead letters, newest first. */
import { findLetters, type FoundLetter } from '#functions/redrive.ts';
import { type Context } from '../context.ts';
import { letterFilter, letterJson, runOf } from '../dead-letters.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { parseLimit } from '../limit.ts';
import { placeOf, readPlatform } from '../open.ts';
import { hasDeadLetters } from '../topics.ts';
import { cut, iso, redacted } from '../record-text.ts';
import { table } from '../table.ts';

export interface DlqListOptions {
  readonly code?: string;
  readonly run?: string;
  readonly open?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}

export async function dlqListCommand(context: Context, options: DlqListOptions): Promise<ExitCode> {
  const limit = parseLimit(options.limit, 'dead letters');
  return readPlatform(context, async ({ log, store }, config) => {
    const wanted = await letterFilter(store.runs, options, placeOf(config));
    const newest: FoundLetter[] = [];
    let all = 0;
    if (await hasDeadLetters(log))
      for await (const letter of findLetters(log, wanted)) {
        if (options.open === true && letter.redriven !== undefined) continue;
        all += 1;
        newest.push(letter);
        if (newest.length > limit) newest.shift();
      }
    show(context, newest.reverse(), { all, json: options.json === true });
    return exitCodes.ok;
  });
}

function show(
  { output }: Context,
  letters: readonly FoundLetter[],
  { all, json }: { readonly all: number; readonly json: boolean },
): void {
  if (json) output.data(JSON.stringify(letters.map(letterJson)));
  else if (letters.length === 0) output.note('No dead letter.');
  else {
    const room = output.columns();
    output.data(table(['LETTER', 'SINCE', 'CODE', 'TOPIC', 'RUN', 'SENT AGAIN'], letters.map(cells), room));
    output.note('./baton dlq show <letter> says why; ./baton dlq redrive <letter> sends it again.');
  }
  if (all > letters.length) output.note(`${all - letters.length} older ones are not shown: --limit ${all}`);
}

const cells = (letter: FoundLetter): readonly string[] => [
  letter.id,
  `${iso(letter.at).slice(0, 19)}Z`,
  letter.code,
  letter.original.topic,
  cut(redacted(runOf(letter) ?? ''), 26),
  letter.redriven === undefined ? '' : `${iso(letter.redriven.at).slice(0, 19)}Z`,
];
