/** Whether the code of an agent is newer than the process that hosts: that one goes on with what it has loaded. */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ownAgents = fileURLToPath(new URL('../agents', import.meta.url));

/** A file under `agents/` that changed after `since` (ms since 1970), the newest; its path begins with `agents/`. */
export function changedAgentFile(since: number, folder: string = ownAgents): string | undefined {
  const [newest] = filesOf(folder)
    .map((path) => ({ path, at: changedAt(path) }))
    .filter(({ at }) => at > since)
    .sort((a, b) => b.at - a.at);
  return newest && relative(dirname(folder), newest.path);
}

/** What to say and do about it; for `run` and `doctor`. */
export const staleText = (file: string): string =>
  `it began before ${file} changed and does not know that change`;
export const staleHint = 'stop it and start ./baton dev again';

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|yaml)$/.test(name) && !/\.test\.ts$|fixtures/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function changedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0; // removed since it was listed
  }
}
