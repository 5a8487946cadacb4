/**
 * Dead letters read back: what a record of `workflow.dlq` says, and the original record to send again.
 * DR1. What is sent again is what was refused: the same value bytes, the same headers, on the same topic. Baton's own
 *      headers are those from the last `baton-dlq-code` on (DL2), so an original header of such a name survives.
 * DR2. A mark lies on the same topic as its letter: it lives as long, and a topic made anew has neither.
 */
import { deadLetterHeaders } from './dead-letter.ts';
import { topics } from './event-catalog.ts';
import { isJsonObject, type Json } from './json.ts';
import { type BlobRef } from './payload.ts';
import { type BlobScope, type LogRecord, type OutgoingRecord } from './ports.ts';

export interface Letter {
  readonly type: 'letter';
  /** Its place on `workflow.dlq`: `partition/offset`. */
  readonly id: string;
  /** When it was set aside; milliseconds since 1970. */
  readonly at: number;
  readonly code: string;
  readonly reason: string;
  readonly original: OriginalRecord;
}

export interface OriginalRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  /** Bytes; `absent` where the original had none; or where the blob store keeps them. */
  readonly value: Uint8Array | 'absent' | StoredValue;
  readonly headers: LogRecord['headers'];
}

export interface StoredValue {
  readonly scope: BlobScope;
  readonly ref: BlobRef;
}

/** Says that a letter was sent again. */
export interface RedriveMark {
  readonly type: 'redriven';
  /** Of the letter. */
  readonly id: string;
  readonly at: number;
  readonly by: string;
}

/** A record of `workflow.dlq`; `undefined` for one that Baton did not write. */
export function readDeadLetter(record: LogRecord): Letter | RedriveMark | undefined {
  const from = record.headers.findLastIndex(([name]) => name === deadLetterHeaders.code);
  if (from < 0) return readMark(record);
  const own = new Map(record.headers.slice(from));
  const told = (name: keyof typeof deadLetterHeaders): string => textOf(own.get(deadLetterHeaders[name]));
  const absent = told('absent').split(',');
  const keyBytes = own.get(deadLetterHeaders.key);
  return {
    type: 'letter',
    id: `${record.partition}/${record.offset}`,
    at: record.timestamp,
    code: told('code'),
    reason: told('reason'),
    original: {
      topic: told('topic'),
      partition: Number(told('partition')),
      offset: Number(told('offset')),
      key: absent.includes('key') ? null : (keyBytes ?? record.key ?? new Uint8Array(0)),
      value: absent.includes('value') ? 'absent' : valueOf(record, own.has(deadLetterHeaders.blob)),
      headers: record.headers.slice(0, from),
    },
  };
}

/** What to publish beside the records sent again, in the same call: the mark of one letter. */
export const redriveMark = (
  id: string,
  { at, by }: { readonly at: number; readonly by: string },
): OutgoingRecord => ({
  topic: topics.deadLetter,
  key: '',
  value: utf8(JSON.stringify({ redriven: id, at, by })),
  headers: [[deadLetterHeaders.redriven, utf8(id)]],
});

/**
 * The original, to be published. `value`: its bytes, loaded where they were stored. A key that is no UTF-8 text is left
 * out: only starts may have one, and for a start any key will do.
 */
export const originalRecord = (
  { topic, key, headers }: OriginalRecord,
  value: Uint8Array,
): OutgoingRecord => ({
  topic,
  key: key === null ? '' : (exactTextOf(key) ?? ''),
  value,
  headers,
});

function readMark(record: LogRecord): RedriveMark | undefined {
  const id = record.headers.find(([name]) => name === deadLetterHeaders.redriven)?.[1];
  if (id === undefined) return undefined;
  const said = jsonOf(record.value);
  const by = isJsonObject(said) && typeof said['by'] === 'string' ? said['by'] : '';
  return { type: 'redriven', id: textOf(id), at: record.timestamp, by };
}

function valueOf(record: LogRecord, isStored: boolean): Uint8Array | StoredValue {
  const bytes = record.value ?? new Uint8Array(0);
  return (isStored ? storedValue(jsonOf(bytes)) : undefined) ?? bytes;
}

/** `{blob: {tenant, runId, digest, bytes}}`, as `deadLetterReference` writes it. */
function storedValue(value: Json | undefined): StoredValue | undefined {
  const blob = isJsonObject(value) ? value['blob'] : undefined;
  if (!isJsonObject(blob)) return undefined;
  const { tenant, runId, digest, bytes } = blob;
  if (typeof tenant !== 'string' || typeof runId !== 'string') return undefined;
  if (typeof digest !== 'string' || typeof bytes !== 'number') return undefined;
  return { scope: { tenant, runId }, ref: { digest, bytes } };
}

function jsonOf(bytes: Uint8Array | null): Json | undefined {
  try {
    return bytes === null ? undefined : (JSON.parse(textOf(bytes)) as Json);
  } catch {
    return undefined;
  }
}

function exactTextOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
