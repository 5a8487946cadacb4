/** The workflow a person means: a file by path, a file in `workflows/` by name, or what the store has under a name. */
import { type DefinitionStore } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { type Problem } from '#core/workflow/problem.ts';
import { createDefinitions } from '#functions/orchestrator/definitions.ts';
import { exitCodes } from './exit-codes.ts';
import { toldError, typed, usageError } from './problem.ts';
import { fileOfWorkflow, isPath, readWorkflow, storeWorkflow, workflowNames } from './workflow-files.ts';

export type FoundWorkflow =
  | {
      readonly definition: Definition;
      /** As the start request says it: `name` or `name@range`. */
      readonly asked: string;
    }
  | { readonly problems: readonly Problem[]; readonly file: string; readonly text: string };

/**
 * `storing`: a file is stored and activated on the way. Without, as on Kafka, where others work on what is registered,
 * it must have been registered. Throws `CliError` where nothing is found.
 */
export async function findWorkflow(
  store: DefinitionStore,
  workflow: string,
  { storing }: { readonly storing: boolean },
): Promise<FoundWorkflow> {
  const [name = '', range] = isPath(workflow) ? [workflow] : splitAt(workflow);
  const path = isPath(workflow) ? workflow : storing ? fileOfWorkflow(name) : undefined;
  let asked = workflow;
  if (path !== undefined) {
    const read = await readWorkflow(path);
    if ('problems' in read.result)
      return { problems: read.result.problems, file: read.file, text: read.text };
    const { definition } = read.result;
    if (storing) await storeWorkflow(store, definition);
    else return await registered(store, definition, path);
    if (range === undefined) return { definition, asked: definition.name };
    asked = `${definition.name}@${range}`;
  }
  const [storedName = name] = splitAt(asked);
  const stored = await createDefinitions(store).find(storedName, range);
  if (stored.ok) return { definition: stored.value, asked };
  const near = nearest(name, workflowNames());
  if (stored.problem.code !== 'WF_UNKNOWN_WORKFLOW') throw toldError(exitCodes.usage, stored.problem);
  throw usageError(stored.problem.code, unknown(name), {
    expected: storing ? `a file, or one of: ${workflowNames().join(', ')}` : 'a registered workflow',
    hint: hintFor(name, near, storing),
  });
}

function hintFor(name: string, near: string | undefined, storing: boolean): string {
  if (near !== undefined && near !== name) return `did you mean '${near}'?`;
  return storing ? 'write workflows/<name>.yaml' : './baton setup registers those in workflows/';
}

/** The very version of a file, if it is registered as it is. */
async function registered(
  store: DefinitionStore,
  definition: Definition,
  path: string,
): Promise<FoundWorkflow> {
  const { name, version, digest } = definition;
  const newest = (await store.list(name)).findLast((stored) => stored.version === version);
  if (newest?.digest === digest) return { definition, asked: `${name}@${version}` };
  throw usageError(
    'WF_UNKNOWN_VERSION',
    newest === undefined
      ? `${name} ${version} of ${typed(path)} is not registered`
      : `${name} ${version} is registered with other content than ${typed(path)} has`,
    {
      expected: 'a file that is registered as it is: on Kafka others work on what the store has',
      hint: newest === undefined ? `./baton workflows register ${path}` : 'raise its version and register it',
    },
  );
}

const unknown = (name: string): string => `there is no workflow ${typed(name)} in workflows/ or in the store`;

function splitAt(asked: string): readonly [name: string, range?: string] {
  const at = asked.indexOf('@');
  return at < 0 ? [asked] : [asked.slice(0, at), asked.slice(at + 1)];
}
