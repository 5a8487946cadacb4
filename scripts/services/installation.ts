/**
 * What was fetched and built, in `.cache/services/`, under the digest of the recipe: a changed recipe is fetched anew,
 * and a folder is there whole or not at all, because it gets its name when it is complete.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Service } from './service.ts';
import { requireTools } from './tools.ts';

export interface Cache {
  /** `.cache/services` of the repository. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

export const logOf = (home: string, name: string): string => join(home, 'logs', `${name}.log`);

/** The folder the service starts from, filled now if it has not been before. */
export async function installed(service: Service, cache: Cache): Promise<string> {
  const folder = join(cache.folder, `${service.name}-${digestOf(service)}`);
  if (existsSync(folder)) return folder;
  requireTools(service.buildTools, service.title);
  cache.say(`${service.name}: getting ${service.title}`);
  for (const old of globSync(`${service.name}-*`, { cwd: cache.folder }))
    rmSync(join(cache.folder, old), { recursive: true });
  const unfinished = `${folder}.part`;
  mkdirSync(unfinished, { recursive: true });
  await service.install(unfinished, logOf(cache.folder, `${service.name}-install`));
  renameSync(unfinished, folder);
  return folder;
}

function digestOf(service: Service): string {
  const hash = createHash('sha256');
  for (const file of service.recipe) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}
