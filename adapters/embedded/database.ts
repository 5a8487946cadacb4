/**
 * Opens `<folder>/baton.db`, the one file that holds log and store.
 * Several processes may have it open: WAL lets them read while one writes, writers wait for each other.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { makeDataFolder } from './data-folder.ts';
import { type Row, number } from './columns.ts';
import { schema, schemaVersion } from './schema.ts';
import { refusal } from '#core/refusal.ts';
import { guarded } from './storage-error.ts';
import { type Writer, createWriter } from './writer.ts';

export interface Database {
  readonly folder: string;
  readonly writer: Writer;
  /** A prepared statement, compiled once for each text. */
  statement(sql: string): Statement;
  /** One read, its errors translated. */
  read<T>(work: () => T): T;
  /** Several reads of one state: other processes' writes in between are not seen. */
  snapshot<T>(work: () => T): T;
  /** Changes whenever another connection, in this process or another, has committed. */
  foreignVersion(): number;
  close(): void;
}

export interface Statement {
  /** Rows changed. */
  run(...values: SQLInputValue[]): number;
  row(...values: SQLInputValue[]): Row | undefined;
  rows(...values: SQLInputValue[]): readonly Row[];
}

/** SQLite compiles a statement anew when the value bound to its LIMIT changes (10 µs), unless that is an expression. */
export const limit = 'LIMIT ? + 0';

const defaultBusyTimeoutMs = 5_000;

export interface DatabaseOptions {
  /** How long a write waits for another process, before it fails as STORE_BUSY. */
  readonly busyTimeoutMs?: number;
  /** Nothing is made: where there is no database, an empty one in memory is read. */
  readonly reading?: boolean;
}

export function openDatabase(
  folder: string,
  onSync: () => void,
  { busyTimeoutMs = defaultBusyTimeoutMs, reading = false }: DatabaseOptions = {},
): Database {
  const connection = guarded(folder, () => openConnection(folder, busyTimeoutMs, reading));
  const writer = createWriter(connection, folder, onSync);
  const statements = new Map<string, Statement>();
  const begin = connection.prepare('BEGIN');
  const end = connection.prepare('COMMIT');

  const statement = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = guarded(folder, () => toStatement(connection.prepare(sql)));
    statements.set(sql, made);
    return made;
  };

  return {
    folder,
    writer,
    statement,
    read: (work) => guarded(folder, work),
    snapshot: (work) =>
      guarded(folder, () => {
        begin.run();
        try {
          return work();
        } finally {
          end.run();
        }
      }),
    foreignVersion: () => guarded(folder, () => number(statement('PRAGMA data_version').row() ?? [], 0)),
    close() {
      if (!connection.isOpen) return;
      writer.flush();
      guarded(folder, () => {
        connection.close();
      });
    },
  };
}

function openConnection(folder: string, busyTimeoutMs: number, reading: boolean): DatabaseSync {
  const file = join(folder, 'baton.db');
  const inMemory = reading && isEmpty(folder, file);
  if (!inMemory) makeDataFolder(folder);
  const connection = new DatabaseSync(inMemory ? ':memory:' : file, { timeout: busyTimeoutMs });
  try {
    enableWal(connection, busyTimeoutMs);
    // A checkpoint costs two syncs. At 4,000 pages (16 MB) a short run never meets one, and the WAL, which starts
    // over after each, stays about that long. `journal_size_limit` gives the space of an exceptional burst back.
    connection.exec(`
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -32768;
      PRAGMA temp_store = MEMORY;
    `);
    bringUpToDate(connection, folder);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A file in the folder's place, or a folder that may not be entered, is another matter. */
function isEmpty(folder: string, file: string): boolean {
  const look = { throwIfNoEntry: false } as const;
  return statSync(file, look) === undefined && (statSync(folder, look)?.isDirectory() ?? true);
}

/** Two processes that make the same fresh folder can meet here; SQLite does not wait for this one change by itself. */
function enableWal(connection: DatabaseSync, busyTimeoutMs: number): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += 10) {
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = error instanceof Error && 'errcode' in error && error.errcode === 5;
      if (!isBusy || waited >= busyTimeoutMs) throw error;
      Atomics.wait(sleeper, 0, 0, 10);
    }
  }
}

function bringUpToDate(connection: DatabaseSync, folder: string): void {
  const version = (): number => number(toStatement(connection.prepare('PRAGMA user_version')).row() ?? [], 0);
  if (version() === schemaVersion) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    const found = version();
    if (found > schemaVersion) throw tooNew(folder, found);
    if (found === 0) connection.exec(`${schema} PRAGMA user_version = ${schemaVersion};`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

const tooNew = (folder: string, found: number): Error =>
  refusal({
    code: 'STORE_TOO_NEW',
    what: 'the data folder was written by a newer Baton',
    got: `schema version ${found} in ${folder}`,
    expected: `at most ${schemaVersion}`,
    fix: 'run the newer Baton, or point BATON_DATA_DIR to another folder',
  });

function toStatement(prepared: StatementSync): Statement {
  // Arrays instead of objects: no property names are made for each row.
  prepared.setReturnArrays(true);
  return {
    run: (...values) => Number(prepared.run(...values).changes),
    row: (...values) => prepared.get(...values) as unknown as Row | undefined,
    rows: (...values) => prepared.all(...values) as unknown as readonly Row[],
  };
}
