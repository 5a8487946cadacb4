/** Which dead letters a person means, and how one is shown. */
import { decodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { type Letter } from '#core/dead-letter-read.ts';
import { type JsonObject } from '#core/json.ts';
import { type Log, type RunIndex } from '#core/ports.ts';
import { findLetters, type FoundLetter } from '#functions/redrive.ts';
import { usageError, typed, type CliError } from './problem.ts';
import { iso, redacted } from './record-text.ts';
import { resolveMeantRun } from './run-ids.ts';

export interface LetterFilter {
  readonly code?: string;
  /** A run as a person names it. */
  readonly run?: string;
}

const list = './baton dlq list shows the dead letters there are';

/** A test of letters by code and run. Throws `CliError` where the run is none. */
export async function letterFilter(
  runs: RunIndex,
  { code, run }: LetterFilter,
  place: string,
): Promise<(letter: Letter) => boolean> {
  const runId = run === undefined ? undefined : (await resolveMeantRun(runs, run, place)).runId;
  return (letter) =>
    (code === undefined || letter.code === code.toUpperCase()) &&
    (runId === undefined || runOf(letter) === runId);
}

/** One letter by its place or `@last`. Throws `CliError` where there is none. */
export async function findLetter(log: Pick<Log, 'read'>, text: string): Promise<FoundLetter> {
  if (text !== '@last') checkId(text);
  const letters = await Array.fromAsync(findLetters(log, ({ id }) => text === '@last' || id === text));
  const letter = letters.at(-1);
  if (letter !== undefined) return letter;
  throw text === '@last'
    ? usageError('DEAD_LETTER_MISSING', 'there is no dead letter', {
        expected: 'one that was put aside',
        hint: list,
      })
    : missing(text);
}

export function checkId(text: string): void {
  if (!/^\d{1,5}\/\d{1,16}$/.test(text))
    throw usageError('DEAD_LETTER_ID', `${typed(text)} is not the place of a dead letter`, {
      expected: 'partition/offset on workflow.dlq, like 3/17, or @last',
      hint: list,
    });
}

export const missing = (text: string): CliError =>
  usageError('DEAD_LETTER_MISSING', `there is no dead letter ${typed(text)}`, {
    expected: 'the place of one that the topic still holds',
    hint: list,
  });

/** The run its record was about, as far as it can be told. */
export const runOf = (letter: Letter): string | undefined => {
  const event = eventOf(letter);
  if (event === undefined) return keyOf(letter);
  return event.runid ?? event.subject;
};

/** The record as an event, where it is one. */
export function eventOf({ original: { headers, value } }: Letter): BatonEvent | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const decoded = decodeEvent({ headers, value });
  return decoded.ok ? decoded.value : undefined;
}

export const keyOf = ({ original: { key } }: Letter): string | undefined =>
  key === null || key.byteLength === 0 ? undefined : new TextDecoder().decode(key);

/** What `dlq list` and `dlq show` have in common. */
export function letterJson(letter: FoundLetter): JsonObject {
  const { topic, partition, offset } = letter.original;
  const event = eventOf(letter);
  const run = runOf(letter);
  return {
    letter: letter.id,
    at: iso(letter.at),
    code: letter.code,
    reason: redacted(letter.reason),
    original: { topic, partition, offset },
    ...(event === undefined ? {} : { type: event.type, event: event.id }),
    ...(run === undefined ? {} : { run: redacted(run) }),
    ...(letter.redriven === undefined
      ? {}
      : { redriven: { at: iso(letter.redriven.at), by: letter.redriven.by } }),
  };
}
