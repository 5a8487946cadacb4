/**
 * One host for each data folder: an exclusive lock on `host.lock`, held by an open SQLite transaction. The operating
 * system frees it when the holder dies, however it dies. `host.json` beside it says who holds it, for messages only.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { identityOf } from '../process-identity.ts';
import { makeDataFolder } from './data-folder.ts';
import { guarded } from './storage-error.ts';

export interface HostLock {
  /** Gives the lock back; a second call does nothing. */
  release(): void;
}

export interface HostHolder {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Tells it from a later process with the same id (`identityOf`). */
  readonly identity?: string;
}

/** Connections that hold a lock. Garbage collection closes one that nothing refers to, and would give its lock away. */
const held = new Set<DatabaseSync>();

/** The lock, or `undefined` while another host (in this process or another) holds it. */
export function tryHostLock(folder: string, since: number = Date.now()): HostLock | undefined {
  return guarded(folder, () => {
    makeDataFolder(folder);
    const connection = new DatabaseSync(join(folder, 'host.lock'), { timeout: 0 });
    try {
      connection.exec('BEGIN EXCLUSIVE');
      const identity = identityOf(process.pid);
      const holder: HostHolder = { pid: process.pid, since, ...(identity !== undefined && { identity }) };
      writeFileSync(holderPath(folder), `${JSON.stringify(holder)}\n`);
    } catch (error) {
      connection.close();
      if (error instanceof Error && 'errcode' in error && error.errcode === 5) return undefined;
      throw error;
    }
    held.add(connection);
    return {
      release() {
        if (!connection.isOpen) return;
        rmSync(holderPath(folder), { force: true });
        connection.close();
        held.delete(connection);
      },
    };
  });
}

/** Who holds the lock, as far as is known: the file of a host that was killed stays until the next one. */
export function readHostHolder(folder: string): HostHolder | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(holderPath(folder), 'utf8'));
    if (!isHolder(found)) return undefined;
    const { pid, since, identity } = found;
    return { pid, since, ...(typeof identity === 'string' && { identity }) };
  } catch {
    return undefined;
  }
}

const holderPath = (folder: string): string => join(folder, 'host.json');

const isHolder = (value: unknown): value is HostHolder =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'since' in value &&
  typeof value.since === 'number';
