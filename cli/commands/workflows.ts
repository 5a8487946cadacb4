/** `workflows register|list|activate`: the workflows that the store has, which is what runs on Kafka are started from. */
import { type DefinitionStore } from '#core/ports.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { type Context } from '../context.ts';
import { register } from '../register.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readPlatform, withPlatform } from '../open.ts';
import { typed, usageError } from '../problem.ts';
import { table } from '../table.ts';
import { readWorkflow } from '../workflow-files.ts';

export interface WorkflowsOptions {
  readonly json?: boolean;
}

export interface RegisterOptions extends WorkflowsOptions {
  /** False with `--no-activate`. */
  readonly activate: boolean;
}

/** Nothing is registered where one of the files has a problem. */
export async function workflowsRegisterCommand(
  context: Context,
  files: readonly string[],
  options: RegisterOptions,
): Promise<ExitCode> {
  const { output } = context;
  const read = await Promise.all(files.map(readWorkflow));
  const refused = read.flatMap(({ result, ...rest }) =>
    'problems' in result ? { ...rest, problems: result.problems } : [],
  );
  for (const workflow of refused) output.problem(renderProblems(workflow.problems, workflow));
  if (refused.length > 0) return exitCodes.usage;
  return withPlatform(context, async ({ store }) => {
    for (const { result } of read) {
      if ('problems' in result) continue;
      const registered = await register(store.definitions, result.definition, options);
      const { name, version, state } = registered;
      output.data(options.json === true ? JSON.stringify(registered) : `${name} ${version}  ${state}`);
    }
    return exitCodes.ok;
  });
}

export async function workflowsListCommand(context: Context, options: WorkflowsOptions): Promise<ExitCode> {
  return readPlatform(context, async ({ store }) => {
    const { output } = context;
    const stored = await store.definitions.list();
    if (options.json === true) output.data(JSON.stringify(stored));
    else if (stored.length > 0)
      output.data(
        table(
          ['WORKFLOW', 'VERSION', 'ACTIVE', 'DIGEST'],
          stored.map(({ name, version, active, digest }) => [
            name,
            version,
            active ? 'yes' : '',
            digest.slice(0, 19),
          ]),
          output.columns(),
        ),
      );
    if (stored.length === 0)
      output.note('None is registered yet: ./baton workflows register workflows/*.yaml');
    return exitCodes.ok;
  });
}

/** Runs that began keep the version they began with; later starts get this one. */
export async function workflowsActivateCommand(
  context: Context,
  asked: string,
  options: WorkflowsOptions,
): Promise<ExitCode> {
  return withPlatform(context, async ({ store }) => {
    const definition = await storedVersion(store.definitions, asked);
    await store.definitions.put(definition, { activate: true });
    const { name, version, digest } = definition;
    context.output.data(
      options.json === true
        ? JSON.stringify({ name, version, digest, state: 'activated' })
        : `${name} ${version}  activated`,
    );
    return exitCodes.ok;
  });
}

async function storedVersion(store: DefinitionStore, asked: string) {
  const [name = '', version] = asked.split('@');
  const versions = await store.list(name);
  const newest = versions.findLast((stored) => stored.version === version);
  const definition = newest === undefined ? undefined : await store.byDigest(newest.digest);
  if (definition !== undefined) return definition;
  throw usageError('WF_UNKNOWN_VERSION', `there is no registered workflow ${typed(asked)}`, {
    expected:
      versions.length === 0
        ? '<name>@<version> of a registered workflow'
        : `one of ${versions.map((stored) => `${name}@${stored.version}`).join(', ')}`,
    hint: './baton workflows list shows them',
  });
}
