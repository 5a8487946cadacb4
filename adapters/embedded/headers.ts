/**
 * Record headers as one column: for each header the length of its name (2 bytes) and of its value (4 bytes), then
 * both. Names may repeat and values are any bytes, so neither JSON nor an object would keep them.
 */
import { refusal } from '#core/refusal.ts';

type Headers = readonly (readonly [name: string, value: Uint8Array])[];

const prefix = 6;

/** `null` for no headers. */
export function encodeHeaders(headers: Headers): Uint8Array | null {
  if (headers.length === 0) return null;
  let size = 0;
  for (const [name, value] of headers) size += prefix + Buffer.byteLength(name) + value.length;
  const encoded = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [name, value] of headers) {
    const nameLength = encoded.write(name, at + prefix);
    encoded.writeUInt16LE(nameLength, at);
    encoded.writeUInt32LE(value.length, at + 2);
    encoded.set(value, at + prefix + nameLength);
    at += prefix + nameLength + value.length;
  }
  return encoded;
}

export function decodeHeaders(encoded: Uint8Array | undefined): Headers {
  if (encoded === undefined) return [];
  const buffer = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const headers: [string, Uint8Array][] = [];
  for (let at = 0; at < buffer.length;) {
    if (at + prefix > buffer.length) throw damaged();
    const valueAt = at + prefix + buffer.readUInt16LE(at);
    const end = valueAt + buffer.readUInt32LE(at + 2);
    if (end > buffer.length) throw damaged();
    headers.push([buffer.toString('utf8', at + prefix, valueAt), encoded.subarray(valueAt, end)]);
    at = end;
  }
  return headers;
}

const damaged = (): Error =>
  refusal({
    code: 'STORE_CORRUPT',
    what: 'the headers of a record do not have the shape they were written with',
    got: 'a length that points past their end',
    expected: 'the bytes that Baton wrote',
    fix: 'restore the data folder from a copy, or move it away to begin with an empty one',
  });
