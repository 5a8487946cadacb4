/**
 * Turns what SQLite and the file system throw into `InfrastructureError`, in one place.
 * Errors of neither are bugs and pass unchanged: they must cost one run, not be retried for ever.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type Refusal, refusal } from '#core/refusal.ts';

export function storageError(folder: string, error: unknown): unknown {
  if (error instanceof InfrastructureError || !(error instanceof Error)) return error;
  const known = diagnosisOf(error);
  if (known === undefined) return error;
  return refusal({ ...known, got: `${error.message} (data folder ${folder})` }, error);
}

/** Runs `work` and throws what it throws as `storageError`. */
export function guarded<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(folder, error);
  }
}

type Diagnosis = Omit<Refusal, 'got'>;

const full: Diagnosis = {
  code: 'STORE_FULL',
  what: 'nothing was written because the disk is full',
  expected: 'free space (and quota) on the file system of the data folder',
  fix: 'free some space or point BATON_DATA_DIR to another disk; the work is tried again',
};
const readOnly: Diagnosis = {
  code: 'STORE_READ_ONLY',
  what: 'the data folder or a file in it cannot be both read and written',
  expected: 'a folder that this user may read and write',
  fix: 'correct its permissions, or point BATON_DATA_DIR to a writable folder',
};
const busy: Diagnosis = {
  code: 'STORE_BUSY',
  what: 'another process held the database for too long',
  expected: 'processes that share a data folder to write for milliseconds at a time',
  fix: 'find a stopped or hanging Baton process on this folder and end it; the work is tried again',
};
const corrupt: Diagnosis = {
  code: 'STORE_CORRUPT',
  what: 'a file in the data folder is damaged or is no Baton database',
  expected: 'the baton.db that Baton wrote, with its -wal file beside it',
  fix: 'restore the folder from a copy, or move it away to begin with an empty one',
};
const unreadable: Diagnosis = {
  code: 'STORE_IO',
  what: 'the file system refused to read or write the data folder',
  expected: 'a folder on a local disk that is still there',
  fix: 'check that the folder was not moved or deleted and that the disk is healthy; the work is tried again',
};
const closed: Diagnosis = {
  code: 'STORE_CLOSED',
  what: 'the data folder was used after it was closed',
  expected: 'an open one',
  fix: 'open it again',
};

/** SQLITE_IOERR_SHMSIZE: the index of the WAL cannot grow, which it must even for reading. */
const noRoomForIndex = 10 | (19 << 8);

/** Primary result codes of SQLite (the low byte of `errcode`). */
const bySqliteCode: ReadonlyMap<number, Diagnosis> = new Map([
  [3, readOnly],
  [5, busy],
  [6, busy],
  [8, readOnly],
  [10, unreadable],
  [11, corrupt],
  [13, full],
  [14, readOnly],
  [15, busy],
  [23, readOnly],
  [26, corrupt],
]);
const bySystemCode: ReadonlyMap<string, Diagnosis> = new Map([
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EROFS', readOnly],
  ['EACCES', readOnly],
  ['EPERM', readOnly],
  ['ENOTDIR', readOnly],
  ['EEXIST', readOnly],
]);

function diagnosisOf(error: Error): Diagnosis | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_SQLITE_ERROR') {
    const extended = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
    return extended === noRoomForIndex ? full : bySqliteCode.get(extended & 0xff);
  }
  if (code === 'ERR_INVALID_STATE') return closed;
  // Every error of a system call carries its name (`syscall`).
  // Making a folder with its parents says ENOENT for one that a read-only file system does not take.
  if ('syscall' in error && error.syscall === 'mkdir' && code === 'ENOENT') return readOnly;
  return 'syscall' in error ? (bySystemCode.get(code) ?? unreadable) : undefined;
}
