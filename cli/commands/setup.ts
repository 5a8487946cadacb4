/**
 * `setup`: everything that has to be there before the first run, in one go: topics, indexes, workflows.
 * Creates what is missing and changes nothing else; to run it again does no harm.
 */
import { manifests } from '#agents/manifests.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { topologyOf } from '#infra/topology.ts';
import { type Context } from '../context.ts';
import { register } from '../register.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { withPlatform } from '../open.ts';
import { topicStates } from '../topics.ts';
import { readWorkflow, workflowPaths } from '../workflow-files.ts';

export interface SetupOptions {
  readonly json?: boolean;
}

export async function setupCommand(context: Context, options: SetupOptions): Promise<ExitCode> {
  const { output } = context;
  const files = await Promise.all(workflowPaths().map(readWorkflow));
  const refused = files.flatMap(({ result, ...rest }) =>
    'problems' in result ? { ...rest, problems: result.problems } : [],
  );
  for (const workflow of refused) output.problem(renderProblems(workflow.problems, workflow));
  if (refused.length > 0) return exitCodes.usage;
  return withPlatform(context, async ({ log, store, prepareStore }) => {
    const topology = topologyOf(manifests);
    const missing = (await topicStates(log, topology)).filter(({ state }) => state === 'missing');
    await log.createTopics(topology.topics);
    await prepareStore();
    const workflows = [];
    for (const { result } of files)
      if ('definition' in result)
        workflows.push(await register(store.definitions, result.definition, { activate: 'where-new' }));
    if (options.json === true)
      output.data(JSON.stringify({ topics: { created: missing.map(({ topic }) => topic) }, workflows }));
    else {
      output.data(`topics     ${missing.length} created, ${topology.topics.length - missing.length} there`);
      output.data('indexes    there');
      for (const { name, version, state } of workflows)
        output.data(`workflow   ${name} ${version}  ${state}`);
    }
    return exitCodes.ok;
  });
}
