/**
 * The data folder: inputs, results and capabilities lie in it, so what Baton makes is its owner's alone.
 * One folder after the other: Node's own way of making parents asks again for ever in such places as /proc.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** With its parents. A folder that is there keeps the rights its owner gave it. Throws what the system says. */
export function makeDataFolder(folder: string): void {
  const path = resolve(folder);
  const parent = dirname(path);
  if (isFolder(path)) return;
  if (parent !== path) makeDataFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(path)) throw error; // else another process was faster
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
