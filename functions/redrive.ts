/**
 * Sends dead letters again: the original record to its original topic, and a mark beside the letter.
 * RE1. A letter is sent once, unless it is asked for again: its mark is published in the same call as the record.
 *      Whoever dies in between leaves both or, on a log without transactions, a record without its mark; sent twice,
 *      it is absorbed, because it is the same event.
 * RE2. What cannot be sent as it was is told and stays where it is.
 */
import {
  originalRecord,
  readDeadLetter,
  redriveMark,
  type Letter,
  type RedriveMark,
} from '#core/dead-letter-read.ts';
import { topics } from '#core/event-catalog.ts';
import { type BlobStore, type Clock, type Log } from '#core/ports.ts';

export interface FoundLetter extends Letter {
  /** The last time it was sent again. */
  readonly redriven?: RedriveMark;
}

export interface RedriveDeps {
  readonly log: Pick<Log, 'publish' | 'read' | 'topics'>;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

export type Redriven = { readonly letter: FoundLetter } & (
  | { readonly status: 'sent' }
  /** Sent before; `again` sends it once more. */
  | { readonly status: 'kept'; readonly mark: RedriveMark }
  | { readonly status: 'impossible'; readonly reason: string }
);

/** The letters that `wanted` takes, oldest first. Reads the topic twice: marks may lie anywhere behind their letters. */
export async function* findLetters(
  log: Pick<Log, 'read'>,
  wanted: (letter: Letter) => boolean,
): AsyncGenerator<FoundLetter, void, void> {
  const marks = new Map<string, RedriveMark>();
  for await (const found of read(log)) if (found.type === 'redriven') marks.set(found.id, found);
  for await (const found of read(log)) {
    if (found.type !== 'letter' || !wanted(found)) continue;
    const redriven = marks.get(found.id);
    yield redriven === undefined ? found : { ...found, redriven };
  }
}

async function* read(log: Pick<Log, 'read'>): AsyncGenerator<Letter | RedriveMark, void, void> {
  for await (const record of log.read({ topic: topics.deadLetter, from: 'beginning', follow: false })) {
    const found = readDeadLetter(record);
    if (found !== undefined) yield found;
  }
}

/** Durable on return, or throws `InfrastructureError` where the log does not take it. `by`: who asks. */
export async function redrive(
  deps: RedriveDeps,
  letter: FoundLetter,
  { by, again }: { readonly by: string; readonly again: boolean },
): Promise<Redriven> {
  if (letter.redriven !== undefined && !again) return { letter, status: 'kept', mark: letter.redriven };
  const value = await valueOf(deps.blobs, letter);
  if (typeof value === 'string') return { letter, status: 'impossible', reason: value };
  const { topic } = letter.original;
  if (!(await deps.log.topics()).some(({ name }) => name === topic)) {
    const reason = `its topic '${topic}' does not exist (any more). Create it, e.g. by registering the agent again`;
    return { letter, status: 'impossible', reason };
  }
  await deps.log.publish([
    originalRecord(letter.original, value),
    redriveMark(letter.id, { at: deps.clock.now(), by }),
  ]);
  return { letter, status: 'sent' };
}

/** The bytes, or why there are none. */
async function valueOf(blobs: BlobStore, { original: { value } }: Letter): Promise<Uint8Array | string> {
  if (value instanceof Uint8Array) return value;
  if (value === 'absent') return 'the original had no value, and without one it would be refused again';
  const bytes = await blobs.get(value.scope, value.ref);
  if (bytes instanceof Uint8Array) return bytes;
  const what = bytes === 'altered' ? 'holds other bytes than were put there' : 'is not there any more';
  return `its value was too large for the topic, and the blob ${value.ref.digest} that kept it ${what}`;
}
