/**
 * Makes a deployed store ready: indexes, and the workflows of the deployment, registered and active.
 * CloudFormation calls it whenever they change; to be called again does no harm, and deleting leaves everything.
 * Source: AWS CloudFormation User Guide, "Custom resource request and response reference".
 */
import { InfrastructureError } from '#core/failure.ts';
import { type AgentFacts, type DefinitionStore } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { registerWorkflow } from './register-workflow.ts';

export interface SetupDeps {
  readonly definitions: DefinitionStore;
  readonly prepareStore: () => Promise<void>;
  readonly agents: ReadonlyMap<string, Pick<AgentFacts, 'version'>>;
}

export interface SetupEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: {
    /** Workflow files: name → text, YAML or JSON. */
    readonly Workflows: Readonly<Record<string, string>>;
  };
}

export interface SetupAnswer {
  readonly PhysicalResourceId: string;
  readonly Data: { readonly Workflows: string };
}

/** Throws `InfrastructureError`, with every problem of every file: the deployment is rolled back and shows it. */
export const createSetup =
  ({ definitions, prepareStore, agents }: SetupDeps) =>
  async ({ RequestType, ResourceProperties }: SetupEvent): Promise<SetupAnswer> => {
    const answer = (registered: readonly string[]): SetupAnswer => ({
      PhysicalResourceId: 'baton-setup',
      Data: { Workflows: registered.join(', ') },
    });
    if (RequestType === 'Delete') return answer([]);
    const parsed = Object.entries(ResourceProperties.Workflows).map(([file, text]) =>
      parsedFile(file, text, agents),
    );
    await prepareStore();
    const registered: string[] = [];
    for (const definition of parsed) {
      const result = await registerWorkflow(definitions, definition, { activate: true });
      if (!result.ok) throw new InfrastructureError(`${result.problem.code}: ${result.problem.message}`);
      registered.push(`${result.value.name}@${result.value.version} ${result.value.state}`);
    }
    return answer(registered);
  };

function parsedFile(file: string, text: string, agents: SetupDeps['agents']): Definition {
  const parsed = parseWorkflow(new TextEncoder().encode(text), { file, agents });
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map(({ code, message }) => `${code}: ${message}`);
  throw new InfrastructureError(`${file} cannot be registered:\n${problems.join('\n')}`);
}
