/** A copy of what the command runs from, whose agents a test may break. Its path has a blank and an accent. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, temporaryFolder } from './spawn.fixture.ts';

const needed = [
  ...['adapters', 'agents', 'cli', 'core', 'functions', 'infra', 'local', 'simulation'],
  ...['examples', 'workflows', 'package.json'],
];

export interface Tree {
  readonly path: string;
  /** Writes another `agent.ts` for it, from the one it has. */
  change(agent: string, text: (before: string) => string): void;
  remove(): void;
}

export function copyTree(): Tree {
  const folder = temporaryFolder();
  const path = join(folder.path, 'my café');
  mkdirSync(path);
  const wanted = (file: string): boolean => !file.endsWith('.test.ts');
  for (const each of needed) cpSync(join(root, each), join(path, each), { recursive: true, filter: wanted });
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'), 'dir');
  const fileOf = (agent: string): string => join(path, 'agents', agent, 'agent.ts');
  return {
    path,
    change: (agent, text) =>
      writeFileSync(fileOf(agent), text(readFileSync(join(root, 'agents', agent, 'agent.ts'), 'utf8'))),
    remove: () => folder.remove(),
  };
}
