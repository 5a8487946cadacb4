/** Reads fields of documents: what does not fit was not written by Baton, or was damaged since. */
import { Binary } from 'mongodb';
import { type InfrastructureError } from '#core/failure.ts';
import { type RunId, parseRunId } from '#core/ids.ts';
import { refusal } from '#core/refusal.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function text(fields: object, name: string): string {
  const value = field(fields, name);
  if (typeof value === 'string') return value;
  throw unexpected(name, 'text', value);
}

export function number(fields: object, name: string): number {
  const value = field(fields, name);
  if (typeof value === 'number') return value;
  throw unexpected(name, 'a number', value);
}

export function bytes(fields: object, name: string): Uint8Array {
  const value = field(fields, name);
  if (value instanceof Binary) return value.value();
  throw unexpected(name, 'bytes', value);
}

export function runId(fields: object, name: string): RunId {
  const id = parseRunId(field(fields, name));
  if (id !== undefined) return id;
  throw unexpected(name, 'a run id', field(fields, name));
}

export const optional = <T>(
  read: (fields: object, name: string) => T,
  fields: object,
  name: string,
): T | undefined => (field(fields, name) === undefined ? undefined : read(fields, name));

/** What was stored with `JSON.stringify`. The caller names the type that the same file of this folder wrote. */
export function stored<T>(fields: object, name: string): T {
  const json = text(fields, name);
  try {
    return JSON.parse(json) as T;
  } catch {
    throw unexpected(name, 'JSON text', json.slice(0, 80));
  }
}

const field = (fields: object, name: string): unknown => (fields as Fields)[name];

export function unexpected(name: string, expected: string, value: unknown): InfrastructureError {
  return refusal({
    code: 'STORE_CORRUPT',
    what: 'a document of the database does not have the shape it was written with',
    got: `${typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value} as its ${name}`,
    expected,
    fix: 'restore the database from a copy, or name an empty one in MONGODB_URI',
  });
}
