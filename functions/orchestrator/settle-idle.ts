/**
 * Inputs that change nothing and still need an answer: commands for runs that are not there yet, decisions for steps that
 * wait for none, wakes of runs that never began. All on state read from the primary.
 */
import { decodeEvent, encodeEvent } from '#core/cloud-event.ts';
import { echoed } from '#core/redact.ts';
import { isAbsorbed } from '#core/run/absorb.ts';
import { type InboxEntry, type LogRecord, type RunWrite } from '#core/ports.ts';
import { putDeadLetters, type DeadLetter } from '../dead-letters.ts';
import { type BatchDeps, type Turn, type Work } from './batch.ts';
import { type Incoming } from './incoming.ts';

/** How long a command waits for its run to appear, and how often it is looked at again. Milliseconds. */
export const inboxPatienceMs = 60_000;
export const inboxRetryMs = 5_000;
const wakeWithoutRunMs = 60_000;

export async function settleIdle(deps: BatchDeps, turns: readonly Turn[]): Promise<void> {
  const writes: RunWrite[] = [];
  const letters: DeadLetter[] = [];
  const given: Waiting[] = [];
  for (const { work, folded } of turns) {
    for (const incoming of folded.idle) {
      const write = wakeWrite(deps, work, incoming);
      if (write !== undefined) writes.push(write);
      const letter = isCommand(incoming) ? await commandLetter(deps, { work, folded }, incoming) : undefined;
      if (letter !== undefined) letters.push(letter);
      if (letter !== undefined && work.entry === undefined) given.push(incoming.input);
    }
  }
  if (writes.length > 0) await deps.store.runs.write(writes);
  await putDeadLetters({ log: deps.log, blobs: deps.store.blobs, logger: deps.logger }, letters);
  // Afterwards: where this fails between the two, the record may have been handled elsewhere, and nobody would answer it.
  if (given.length > 0) await deps.store.inbox.remove(given.map(({ source, id }) => ({ source, id })));
}

/** By which a command is kept. */
type Waiting = Pick<InboxEntry, 'source' | 'id'>;

const isCommand = ({ input }: Incoming): boolean => input.type === 'cancel' || input.type === 'decision';

async function commandLetter(
  deps: BatchDeps,
  { work, folded: { run } }: Turn,
  incoming: Incoming,
): Promise<DeadLetter | undefined> {
  if (work.entry === undefined) return keep(deps, incoming);
  const { input, record } = incoming;
  // What was taken in is absorbed, what came in vain is recorded: nothing at all is for no approval of the definition.
  if (input.type !== 'decision' || run.status === 'absent' || isAbsorbed(run, input)) return undefined;
  const reason =
    `run ${work.runId} has no approval '${echoed(input.step)}'; expected the id of a step with \`approval\`. ` +
    `Look it up with \`./baton runs get ${work.runId}\`, then decide again.`;
  return { record, problem: { code: 'STEP_MISMATCH', reason } };
}

/** A wake that finds no commit is put off: the first may be on its way. (On an ended run: `store-turns.ts`.) */
function wakeWrite(deps: BatchDeps, work: Work, { input }: Incoming): RunWrite | undefined {
  if (input.type !== 'wake') return undefined;
  if (work.entry !== undefined) return undefined;
  return { type: 'postpone', runId: work.runId, wakeAt: deps.clock.now() + wakeWithoutRunMs };
}

/** Keeps a command until its run is there; past that, it is to be answered as a dead letter, and kept no more. */
async function keep(deps: BatchDeps, incoming: Incoming): Promise<DeadLetter | undefined> {
  const now = deps.clock.now();
  const { source, id } = incoming.input;
  const { topic } = incoming.record;
  const entry: InboxEntry = {
    source,
    id,
    record: { topic, key: incoming.runId, value: structuredOf(incoming.record) },
    retryAt: now + inboxRetryMs,
    expireAt: now + inboxPatienceMs,
  };
  const { expireAt } = await deps.store.inbox.put(entry);
  if (now < expireAt) return undefined;
  const reason =
    `no run ${incoming.runId} appeared within ${inboxPatienceMs / 1000} s; expected the id of a run. ` +
    'Look it up with `./baton runs list`, then send the command again under a new id.';
  return { record: incoming.record, problem: { code: 'RUN_NOT_FOUND', reason } };
}

/** What the timer sends again is the value alone: an event whose attributes came as headers is written out whole. */
function structuredOf(record: LogRecord): Uint8Array {
  const isBinary = record.headers.some(([name]) => name.toLowerCase() === 'ce_specversion');
  const decoded = isBinary ? decodeEvent(record) : undefined;
  return decoded?.ok === true ? encodeEvent(decoded.value).value : (record.value ?? new Uint8Array());
}
