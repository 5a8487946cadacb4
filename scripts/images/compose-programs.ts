/** What the compose file starts, told for one machine: the same commands and settings, with addresses on loopback. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

export interface ComposeProgram {
  readonly name: string;
  readonly image: string;
  readonly dockerfile: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const file = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.union([z.string(), z.object({ dockerfile: z.string() })]).optional(),
      entrypoint: z.array(z.string()).optional(),
      command: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/** Those that are built here. `addresses` take the place of the compose file's: a host:port anywhere, else a whole value. */
export function composePrograms(
  path: string,
  addresses: readonly (readonly [there: string, here: string])[],
): readonly ComposeProgram[] {
  const { services } = file.parse(parse(readFileSync(path, 'utf8'), { merge: true }));
  const moved = (text: string): string =>
    addresses.reduce((told, [there, here]) => {
      if (told === there) return here;
      return there.includes(':') ? told.replaceAll(there, here) : told;
    }, interpolated(text));
  return Object.entries(services).flatMap(([name, { image, build, entrypoint, command, environment }]) => {
    if (build === undefined || entrypoint !== undefined) return [];
    const dockerfile = typeof build === 'string' ? 'Dockerfile' : build.dockerfile;
    const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, moved(value)]));
    return [{ name, image, dockerfile, command: command.map(moved), env }];
  });
}

/** As if nothing were set outside: what stands after `:-`. No key of the person who runs this gets in. */
const interpolated = (text: string): string => text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');
