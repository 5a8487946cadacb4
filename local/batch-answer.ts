/**
 * Reads the answer of a function to a batch: which records succeeded.
 * B1. Without partial responses the answer is not looked at: no throw is success.
 * B2. With them: empty, null or absent is success; a malformed answer, or an identifier that is not in the event,
 *     fails the whole batch; else each partition succeeded up to its first failed record.
 * Source: AWS Lambda Developer Guide, "Using partial batch responses" of the Kafka event source (with-kafka-...).
 */
import { no, ok, type Result } from '#core/failure.ts';
import { type LogRecord } from '#core/ports.ts';

/** By partition, the offset of the first record that failed. */
export type FailedFrom = ReadonlyMap<number, number>;

export function readAnswer(
  answer: unknown,
  records: readonly LogRecord[],
  partialResponses: boolean,
): Result<FailedFrom, string> {
  if (!partialResponses || isBlank(answer)) return ok(nothingFailed);
  if (!isObject(answer)) return no(`the answer is ${describe(answer)}, not an object`);
  const failures = answer.batchItemFailures;
  if (isBlank(failures)) return ok(nothingFailed);
  if (!Array.isArray(failures)) return no(`batchItemFailures is ${describe(failures)}, not a list`);
  return failures.length === 0 ? ok(nothingFailed) : failedFrom(failures, records);
}

const nothingFailed: FailedFrom = new Map();

function failedFrom(failures: readonly unknown[], records: readonly LogRecord[]): Result<FailedFrom, string> {
  const sent = new Map(
    records.map((record) => [`${record.topic}-${record.partition} ${record.offset}`, record]),
  );
  const first = new Map<number, number>();
  for (const failure of failures) {
    const identifier = isObject(failure) ? failure.itemIdentifier : undefined;
    if (!isObject(identifier)) return no('an item of batchItemFailures has no itemIdentifier object');
    const record = sent.get(`${String(identifier.partition)} ${String(identifier.offset)}`);
    if (record === undefined || typeof identifier.offset !== 'number')
      return no(
        `the event has no record ${describe(identifier.partition)} at offset ${describe(identifier.offset)}`,
      );
    first.set(record.partition, Math.min(first.get(record.partition) ?? Infinity, record.offset));
  }
  return ok(first);
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value).slice(0, 200) : typeof value;
