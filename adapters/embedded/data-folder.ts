/** The data folder: inputs, results and capabilities lie in it, so what Baton makes is its owner's alone. */
import { mkdirSync } from 'node:fs';

/** Makes what is not there, parents included. A folder that is there keeps the rights its owner gave it. */
export const makeDataFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
};
