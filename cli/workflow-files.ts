/**
 * Workflows as files: found by name or path, parsed with every problem, stored and activated on embedded.
 * A name is looked for in `workflows/` of the current folder, then in that of Baton's own folder.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type DefinitionStore } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { type Problem } from '#core/workflow/problem.ts';
import { readFile, workflowFiles } from './files.ts';
import { knownAgents } from './known-agents.ts';
import { withRegistryHint } from './unregistered-agents.ts';

export const batonFolder = resolve(import.meta.dirname, '..');

export interface WorkflowFile {
  /** As it may be shown: relative to the current folder where it lies below. */
  readonly file: string;
  readonly text: string;
  readonly result: { readonly definition: Definition } | { readonly problems: readonly Problem[] };
}

export interface RefusedFile {
  readonly file: string;
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Reads and parses one file. Throws `CliError` where it cannot be read. */
export async function readWorkflow(path: string): Promise<WorkflowFile> {
  const bytes = readFile(path);
  const file = shownPath(path);
  const parsed = parseWorkflow(bytes, { file, agents: await knownAgents() });
  return {
    file,
    text: new TextDecoder().decode(bytes),
    result: parsed.ok
      ? { definition: parsed.value }
      : { problems: parsed.problems.map((problem) => withRegistryHint(problem)) },
  };
}

export const isPath = (workflow: string): boolean => /[/\\]|\.(?:ya?ml|json)$/.test(workflow);

/** The file of a workflow by name; `undefined` where no folder has one. */
export function fileOfWorkflow(name: string): string | undefined {
  return folders()
    .flatMap((folder) => ['.yaml', '.yml', '.json'].map((ending) => join(folder, `${name}${ending}`)))
    .find((path) => existsSync(path));
}

/** Of every workflow file that is found by name. */
export const workflowPaths = (): readonly string[] =>
  folders().flatMap((folder) => workflowFiles(folder).map((name) => join(folder, name)));

export const workflowNames = (): readonly string[] =>
  folders().flatMap((folder) => workflowFiles(folder).map((name) => name.replace(/\.[a-z]+$/, '')));

/** Stores and activates every workflow that parses; the others are told to `refused`. Gives the number stored. */
export async function storeWorkflows(
  store: DefinitionStore,
  refused: (workflow: RefusedFile) => void,
): Promise<number> {
  let stored = 0;
  for (const folder of folders())
    for (const name of workflowFiles(folder)) {
      const { file, text, result } = await readWorkflow(join(folder, name));
      if ('problems' in result) refused({ file, text, problems: result.problems });
      else {
        await storeWorkflow(store, result.definition);
        stored += 1;
      }
    }
  return stored;
}

export const storeWorkflow = (
  store: DefinitionStore,
  { name, version, digest, source }: Definition,
): Promise<void> => store.put({ name, version, digest, source }, { activate: true });

/** One folder only: names of Baton's own examples never shadow, or mix with, those of a project. */
function folders(): readonly string[] {
  const own = resolve('workflows');
  return [existsSync(own) ? own : join(batonFolder, 'workflows')];
}

function shownPath(path: string): string {
  const near = relative('', path);
  return near === '' || near.startsWith('..') ? path : near;
}
