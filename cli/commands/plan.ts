/** `plan <file>`: the order in which a workflow's steps run, as text, Mermaid or JSON. */
import { existsSync } from 'node:fs';
import { type Definition } from '#core/workflow/definition.ts';
import { graphOf, mermaid, planText } from '#core/workflow/graph.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { typed, usageError } from '../problem.ts';
import { oneLine } from '../record-text.ts';
import { wrap } from '../text-width.ts';
import { fileOfWorkflow, isPath, readWorkflow, workflowNames } from '../workflow-files.ts';

export interface PlanOptions {
  readonly mermaid?: boolean;
  readonly json?: boolean;
}

export async function planCommand(
  { output }: Context,
  file: string,
  options: PlanOptions,
): Promise<ExitCode> {
  const workflow = await readWorkflow(isPath(file) || existsSync(file) ? file : fileNamed(file));
  if ('problems' in workflow.result) {
    output.problem(renderProblems(workflow.result.problems, workflow));
    return exitCodes.usage;
  }
  const { definition } = workflow.result;
  if (options.mermaid === true) output.data(mermaid(definition).trimEnd());
  else if (options.json === true) output.data(JSON.stringify(planOf(definition)));
  else {
    const lines = planText(definition).trimEnd().split('\n').map(oneLine).join('\n');
    output.data(wrap(lines, output.columns() ?? Infinity));
  }
  return exitCodes.ok;
}

function fileNamed(name: string): string {
  const file = fileOfWorkflow(name);
  if (file !== undefined) return file;
  const near = nearest(name, workflowNames());
  throw usageError('WF_UNKNOWN_WORKFLOW', `there is no workflow ${typed(name)} in workflows/`, {
    expected: `a file, or one of: ${workflowNames().join(', ')}`,
    hint: near === undefined ? 'name a file by its path, e.g. ./my.yaml' : `did you mean '${near}'?`,
  });
}

/** `levels`: steps that can run together, in order. `edges`: `explicit` where the file says `needs`. */
function planOf(definition: Definition): unknown {
  const { order, index } = graphOf(definition);
  const level = new Map<string, number>();
  for (const id of order)
    level.set(id, Math.max(-1, ...(index.get(id)?.needs ?? []).map((need) => level.get(need) ?? 0)) + 1);
  const depth = Math.max(...level.values());
  const explicit = explicitNeeds(definition);
  return {
    workflow: definition.name,
    version: definition.version,
    levels: Array.from({ length: depth + 1 }, (_, at) => order.filter((id) => level.get(id) === at)),
    steps: definition.steps.map((step) => ({
      id: step.id,
      ...(step.kind === 'agent' ? { agent: step.agent.name } : { approval: step.to }),
      ...(step.if === undefined ? {} : { if: step.if.source }),
    })),
    edges: definition.steps.flatMap((step) =>
      step.needs.map((need) => ({
        from: need,
        to: step.id,
        kind: explicit.has(`${need} ${step.id}`) ? 'explicit' : 'inferred',
      })),
    ),
  };
}

function explicitNeeds(definition: Definition): ReadonlySet<string> {
  const written = definition.source['steps'];
  const found = new Set<string>();
  if (typeof written !== 'object' || written === null) return found;
  for (const [id, step] of Object.entries(written)) {
    const needs: unknown =
      typeof step === 'object' && step !== null && 'needs' in step ? step.needs : undefined;
    for (const need of Array.isArray(needs) ? needs : [needs])
      if (typeof need === 'string') found.add(`${need} ${id}`);
  }
  return found;
}
