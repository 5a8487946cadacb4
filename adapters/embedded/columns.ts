/**
 * Reads columns: SQLite's answer becomes a typed value here, and whatever does not fit means a damaged file.
 */
import { type SQLOutputValue } from 'node:sqlite';
import { type InfrastructureError } from '#core/failure.ts';
import { refusal } from '#core/refusal.ts';

/** One result row: its columns in the order of the SELECT. */
export type Row = readonly SQLOutputValue[];

export function text(row: Row, column: number): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpected('text', value);
}

export function number(row: Row, column: number): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected('a number', value);
}

export function bytes(row: Row, column: number): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw unexpected('bytes', value);
}

export const optional = <T>(
  read: (row: Row, column: number) => T,
  row: Row,
  column: number,
): T | undefined => (row[column] === null || row[column] === undefined ? undefined : read(row, column));

/** What was stored with `JSON.stringify`. The caller names the type that the same file of this folder wrote. */
export function stored<T>(row: Row, column: number): T {
  const json = text(row, column);
  try {
    return JSON.parse(json) as T;
  } catch {
    throw unexpected('JSON text', json.slice(0, 80));
  }
}

function unexpected(expected: string, value: unknown): InfrastructureError {
  return refusal({
    code: 'STORE_CORRUPT',
    what: 'a row of the database does not have the shape it was written with',
    got: `a column holding ${typeof value === 'string' ? JSON.stringify(value) : typeof value}`,
    expected,
    fix: 'restore the data folder from a copy, or move it away to begin with an empty one',
  });
}
