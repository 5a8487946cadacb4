/**
 * What images are made of, and whether they were built and run since it last changed.
 * IV1. `verified.txt` is written by `npm run test:images` alone, when all of it has passed, and committed with the change.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files that decide what is in an image, the sources of Baton apart: those are tested as they are. */
const sources = ['Dockerfile', '.dockerignore', 'package-lock.json', 'agents/*/Dockerfile'];
const verifiedFile = 'scripts/images/verified.txt';

export const isVerified = (root: string): boolean =>
  readFileSync(join(root, verifiedFile), 'utf8').trim() === digestOfSources(root);

export const markVerified = (root: string): void =>
  writeFileSync(join(root, verifiedFile), `${digestOfSources(root)}\n`);

/** SHA-256, hexadecimal, over names and contents. */
export function digestOfSources(root: string): string {
  const digest = createHash('sha256');
  for (const file of globSync(sources, { cwd: root }).sort()) {
    const content = readFileSync(join(root, file));
    digest.update(`${file} ${content.length}\n`).update(content);
  }
  return digest.digest('hex');
}
