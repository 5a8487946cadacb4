/** `dlq show <letter>`: one dead letter, with what its record holds. */
import { encodeEvent } from '#core/cloud-event.ts';
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { type FoundLetter } from '#functions/redrive.ts';
import { type Context } from '../context.ts';
import { eventOf, findLetter, keyOf, letterJson, missing, runOf } from '../dead-letters.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readPlatform } from '../open.ts';
import { hideCapabilities, iso, oneLine, redacted } from '../record-text.ts';
import { hasDeadLetters } from '../topics.ts';

export interface DlqShowOptions {
  readonly json?: boolean;
}

export async function dlqShowCommand(
  { output, ...context }: Context,
  id: string,
  options: DlqShowOptions,
): Promise<ExitCode> {
  return readPlatform({ output, ...context }, async ({ log }) => {
    if (!(await hasDeadLetters(log))) throw missing(id);
    const letter = await findLetter(log, id);
    output.data(
      options.json === true
        ? JSON.stringify({ ...letterJson(letter), ...recordJson(letter) })
        : textOf(letter),
    );
    return exitCodes.ok;
  });
}

/** Bytes as text, capabilities hidden: the stored ones stay as they are, and only `redrive` sends those. */
function recordJson(letter: FoundLetter): JsonObject {
  const { headers } = letter.original;
  return {
    key: keyOf(letter) === undefined ? null : redacted(keyOf(letter) ?? ''),
    headers: headers.map(([name, value]) => [name, redacted(new TextDecoder().decode(value))]),
    value: valueOf(letter),
  };
}

/** The event where it is one, else the text; `null` without a value, a reference where the blob store keeps it. */
function valueOf(letter: FoundLetter): Json {
  const { value } = letter.original;
  if (value === 'absent') return null;
  if (!(value instanceof Uint8Array)) return { stored: value.ref.digest, bytes: value.ref.bytes };
  const event = eventOf(letter);
  if (event === undefined) return redacted(new TextDecoder().decode(value));
  const written = JSON.parse(new TextDecoder().decode(encodeEvent(event).value)) as Json;
  return isJsonObject(written) ? hideCapabilities(written) : written;
}

function textOf(letter: FoundLetter): string {
  const { topic, partition, offset } = letter.original;
  const { redriven } = letter;
  const run = runOf(letter);
  const lines: readonly (readonly [name: string, value: string | undefined])[] = [
    ['letter', letter.id],
    ['since', iso(letter.at)],
    ['code', letter.code],
    ['reason', oneLine(redacted(letter.reason))],
    ['from', `${topic}, partition ${partition}, offset ${offset}`],
    ['run', run === undefined ? undefined : oneLine(redacted(run))],
    ['sent again', redriven === undefined ? 'no' : `${iso(redriven.at)} by ${oneLine(redriven.by)}`],
  ];
  const head = lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(11)} ${value}`]));
  const value = valueOf(letter);
  const shown =
    typeof value === 'string' ? value.replace(/[^\P{Cc}\n]/gu, '·') : JSON.stringify(value, null, 2);
  return [...head, '', shown].join('\n');
}
