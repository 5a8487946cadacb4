/** The lines of files that others append to: the last ones, then those to come. */
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { guarded } from '#adapters/embedded/storage-error.ts';

export interface Position {
  /** Which file it was: a name may come to stand for another one. 0: there was none. */
  readonly file: number;
  /** Bytes read, to the end of a line. */
  readonly bytes: number;
}

export interface LastLines<T> {
  readonly lines: readonly T[];
  /** Where the last file goes on. */
  readonly position: Position;
}

/**
 * The newest `limit` of those that `wanted` gives a value for. Files oldest first; a missing one has no lines. Throws
 * `InfrastructureError` where they may not be read: after one `sudo ./baton run` they are another user's.
 */
export async function lastLines<T>(
  files: readonly string[],
  wanted: (line: string) => T | undefined,
  limit: number,
): Promise<LastLines<T>> {
  const kept: T[] = [];
  let position: Position = { file: 0, bytes: 0 };
  for (const path of files) {
    const { stat, text } = guarded(dataFolderOf(path), () => wholeOf(path));
    // A line may be half written.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    position = { file: stat?.ino ?? 0, bytes: Buffer.byteLength(whole) };
    for (const line of whole.split('\n')) {
      const value = line === '' ? undefined : wanted(line);
      if (value !== undefined && kept.push(value) > 2 * limit) kept.splice(0, limit);
    }
  }
  return { lines: kept.slice(-limit), position };
}

/** Log files lie in a folder of the data folder. */
const dataFolderOf = (path: string): string => dirname(dirname(path));

function wholeOf(path: string): { readonly stat: Stats | undefined; readonly text: string } {
  const stat = statSync(path, { throwIfNoEntry: false });
  return { stat, text: stat === undefined ? '' : readFileSync(path, 'utf8') };
}

const everyMs = 150;
const chunkBytes = 256 * 1024;

/** Ends when `signal` aborts, and throws as `lastLines`. Looks often instead of being told: file watching differs on every system. */
export async function* followLines(
  path: string,
  from: Position,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  let { file, bytes } = from;
  const buffer = Buffer.alloc(chunkBytes);
  while (!signal.aborted) {
    const taken = guarded(dataFolderOf(path), () => {
      const stat = statSync(path, { throwIfNoEntry: false });
      // Another file under this name, or the same one shorter, begins anew.
      if (stat !== undefined && (stat.ino !== file || stat.size < bytes)) [file, bytes] = [stat.ino, 0];
      return stat === undefined || stat.size <= bytes ? '' : readAt(path, bytes, buffer);
    });
    const whole = taken.slice(0, taken.lastIndexOf('\n') + 1);
    // A line longer than the buffer is given up: nobody reads it, and what follows must be seen.
    bytes += Buffer.byteLength(whole) || (Buffer.byteLength(taken) >= chunkBytes ? chunkBytes : 0);
    for (const line of whole.split('\n')) if (line !== '') yield line;
    if (whole === '') await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function readAt(path: string, position: number, buffer: Buffer): string {
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, position));
  } finally {
    closeSync(file);
  }
}
