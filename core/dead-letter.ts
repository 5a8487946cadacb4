/**
 * Dead letters: what could not be handled, set aside so that its partition goes on, and complete enough to be sent again.
 * DL1. The value's bytes, the key and the headers are those of the original; nothing is redacted in them.
 * DL2. Baton's own headers come last: where an original header has the same name, the last one counts.
 * DL3. A letter that cannot hold its bytes names the blob that does, and still says what, why and from where.
 */
import { runIdOf } from './ids.ts';
import { sha256 } from './json.ts';
import { topics } from './event-catalog.ts';
import { type BlobRef } from './payload.ts';
import { type BlobScope, type LogRecord, type OutgoingRecord } from './ports.ts';

/** Names of the headers a dead letter carries beside the original ones. Values are UTF-8 text but for `key`. */
export const deadLetterHeaders = {
  /** `^[A-Z][A-Z0-9_]{1,63}$` */
  code: 'baton-dlq-code',
  reason: 'baton-dlq-reason',
  topic: 'baton-dlq-topic',
  partition: 'baton-dlq-partition',
  offset: 'baton-dlq-offset',
  /** The original key's bytes, only where they are not UTF-8 text. */
  key: 'baton-dlq-key',
  /** `key`, `value` or `key,value`: what the original did not have at all. */
  absent: 'baton-dlq-absent',
  /** Digest of the stored value, where the letter's own value is a reference to it. */
  blob: 'baton-dlq-blob',
  /** On a mark, never on a letter: the place (`partition/offset`) of the letter that was sent again. */
  redriven: 'baton-dlq-redriven',
} as const;

/** The longest letter sent to the topic as it is, in bytes: its limit of 2 MiB less the frame of a record batch. */
export const deadLetterLimitBytes = 2 * 1024 * 1024 - 16 * 1024;
const headersKeptBytes = 64 * 1024;
const reasonLimit = 1024;

export interface DeadLetterProblem {
  readonly code: string;
  /** What went wrong, the value, what was expected, how to fix it; cut at 1,024 characters. */
  readonly reason: string;
}

type Header = readonly [name: string, value: Uint8Array];

/** The letter for the topic `workflow.dlq`. */
export function deadLetterRecord(record: LogRecord, problem: DeadLetterProblem): OutgoingRecord {
  return {
    topic: topics.deadLetter,
    key: textOf(record.key) ?? '',
    value: record.value ?? new Uint8Array(0),
    headers: [...record.headers, ...ownHeaders(record, problem)],
  };
}

export interface StoredLetter {
  readonly letter: OutgoingRecord;
  readonly blob: { readonly scope: BlobScope; readonly ref: BlobRef; readonly bytes: Uint8Array };
}

/** The same letter for a record too large for the topic: its bytes as a blob to store first, and a reference to it. */
export function deadLetterReference(record: LogRecord, problem: DeadLetterProblem): StoredLetter {
  const bytes = record.value ?? new Uint8Array(0);
  const ref: BlobRef = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.byteLength };
  const scope = scopeOf(record);
  // Headers can be what is too large: then they stay behind on the source topic, whose place the letter names.
  const kept = bytesOfHeaders(record.headers) <= headersKeptBytes ? record.headers : [];
  const key =
    record.key !== null && record.key.byteLength <= headersKeptBytes ? textOf(record.key) : undefined;
  const own = ownHeaders(record, problem).filter(([name]) => name !== deadLetterHeaders.key);
  return {
    letter: {
      topic: topics.deadLetter,
      key: key ?? '',
      value: utf8(JSON.stringify({ blob: { ...scope, ...ref } })),
      headers: [...kept, ...own, text(deadLetterHeaders.blob, ref.digest)],
    },
    blob: { scope, ref, bytes },
  };
}

/** Bytes a record takes of its topic's limit, its frame apart. */
export const bytesOfRecord = (record: OutgoingRecord): number =>
  record.value.byteLength + utf8(record.key).byteLength + bytesOfHeaders(record.headers);

function ownHeaders(record: LogRecord, problem: DeadLetterProblem): readonly Header[] {
  const absent = [...(record.key === null ? ['key'] : []), ...(record.value === null ? ['value'] : [])];
  return [
    text(deadLetterHeaders.code, problem.code),
    text(deadLetterHeaders.reason, problem.reason.slice(0, reasonLimit).toWellFormed()),
    text(deadLetterHeaders.topic, record.topic),
    text(deadLetterHeaders.partition, String(record.partition)),
    text(deadLetterHeaders.offset, String(record.offset)),
    ...(record.key !== null && textOf(record.key) === undefined
      ? [[deadLetterHeaders.key, record.key] as const]
      : []),
    ...(absent.length > 0 ? [text(deadLetterHeaders.absent, absent.join(','))] : []),
  ];
}

/** A poison record names no run that could be believed: its place in the log is hashed to a folder of its own. */
const scopeOf = (record: LogRecord): BlobScope => ({
  tenant: 'dead-letters',
  runId: runIdOf({
    tenant: 'dead-letters',
    source: record.topic,
    id: `${record.partition}:${record.offset}`,
  }),
});

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
const text = (name: string, value: string): Header => [name, utf8(value)];

/** The key as text, or nothing where its bytes would not survive as text. */
function textOf(bytes: Uint8Array | null): string | undefined {
  if (bytes === null) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const bytesOfHeaders = (headers: readonly Header[]): number =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.byteLength + 8, 0);
