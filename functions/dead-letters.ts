/** Puts dead letters on their topic, or, where one is too large for it, in the blob store with a reference on the topic. */
import {
  bytesOfRecord,
  deadLetterLimitBytes,
  deadLetterRecord,
  deadLetterReference,
  type DeadLetterProblem,
} from '#core/dead-letter.ts';
import {
  type BlobStore,
  type Logger,
  type LogProducer,
  type LogRecord,
  type OutgoingRecord,
} from '#core/ports.ts';

export interface DeadLetter {
  readonly record: LogRecord;
  readonly problem: DeadLetterProblem;
}

export interface DeadLetterDeps {
  readonly log: LogProducer;
  /** Without it, a letter too large for the topic keeps only its digest and its place on the source topic. */
  readonly blobs?: BlobStore;
  readonly logger?: Logger;
}

/** Durable on return: the records may be acknowledged afterwards. One publish for all letters; none for none. */
export async function putDeadLetters(deps: DeadLetterDeps, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  const records = await Promise.all(letters.map((letter) => recordFor(deps, letter)));
  await deps.log.publish(records);
  for (const { record, problem } of letters) {
    const { topic, partition, offset } = record;
    deps.logger?.warn(
      { topic, partition, offset, code: problem.code, reason: problem.reason },
      'record dead-lettered',
    );
  }
}

async function recordFor(deps: DeadLetterDeps, { record, problem }: DeadLetter): Promise<OutgoingRecord> {
  const whole = deadLetterRecord(record, problem);
  if (bytesOfRecord(whole) <= deadLetterLimitBytes) return whole;
  const { letter, blob } = deadLetterReference(record, problem);
  // Written before its reference is published: nobody may see a letter that points at nothing.
  await deps.blobs?.put(blob.scope, [{ ref: blob.ref, bytes: blob.bytes }]);
  return letter;
}
