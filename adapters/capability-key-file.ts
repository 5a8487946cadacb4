/**
 * The capability key of a data folder: made once, kept in `capability.key` (mode 0600), one `id:base64` a line.
 * The first line signs; older keys below it still verify.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type CapabilityKeys } from '#core/capability.ts';
import { InfrastructureError } from '#core/failure.ts';
import { makeDataFolder } from './embedded/data-folder.ts';
import { capabilityKeys } from './setting-values.ts';

const fileIn = (folder: string): string => join(folder, 'capability.key');

export const hasCapabilityKeyFile = (folder: string): boolean => existsSync(fileIn(folder));

/** The keys in the folder, after making the first one where there is none. Throws `InfrastructureError`. */
export function readCapabilityKeyFile(folder: string): CapabilityKeys {
  const path = fileIn(folder);
  try {
    const text = readIfThere(path) ?? create(folder, path);
    const keys = capabilityKeys(
      text
        .trim()
        .split(/\s*\n\s*/)
        .join(','),
    );
    if (keys.ok) return keys.value;
  } catch (error) {
    throw new InfrastructureError(
      `The capability key ${path} could not be read or made: ${error instanceof Error ? error.message : 'unknown error'}. Expected a readable file in a writable folder. Mend its permissions or set BATON_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  throw new InfrastructureError(
    `The capability key ${path} is damaged (its content is not shown). Expected lines of id:base64 with keys of 32 bytes or more. Restore the file from a backup, or remove it: tasks in flight are then answered in vain and tried again.`,
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Complete or not there at all, also when two processes begin at once: the first link wins, both read it. */
function create(folder: string, path: string): string {
  makeDataFolder(folder);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}
