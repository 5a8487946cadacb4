/**
 * Makes a deployed store ready: indexes, its users, and the workflows of the deployment, registered and active.
 * CloudFormation calls it whenever they change; to be called again does no harm, and deleting leaves everything.
 * SU1. A version is activated by the deployment that brings it or changes its file. Called for anything else, it leaves
 *      active what a person activated since.
 * Source: AWS CloudFormation User Guide, "Custom resource request and response reference".
 */
import { InfrastructureError } from '#core/failure.ts';
import { type AgentFacts, type DefinitionStore } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type StoreAccess, type StoreUser } from '#core/store-user.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { registerWorkflow } from './register-workflow.ts';

export interface SetupDeps {
  readonly definitions: DefinitionStore;
  readonly prepareStore: (users: readonly StoreUser[]) => Promise<void>;
  /** The text of a secret by its address. */
  readonly secret: (address: string) => Promise<string>;
  readonly agents: ReadonlyMap<string, Pick<AgentFacts, 'version'>>;
}

export interface SetupEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: {
    /** Workflow files: name → text, YAML or JSON. */
    readonly Workflows: Readonly<Record<string, string>>;
    /** Role → where its user's name and password are kept, and what it may do. */
    readonly Users?: Readonly<Record<string, { readonly Secret: string; readonly Access: StoreAccess }>>;
  };
  /** Of the deployment before this one; with updates alone. */
  readonly OldResourceProperties?: { readonly Workflows?: Readonly<Record<string, string>> };
}

export interface SetupAnswer {
  readonly PhysicalResourceId: string;
  readonly Data: { readonly Workflows: string };
}

/** Throws `InfrastructureError`, with every problem of every file: the deployment is rolled back and shows it. */
export const createSetup =
  ({ definitions, prepareStore, secret, agents }: SetupDeps) =>
  async ({ RequestType, ResourceProperties, OldResourceProperties }: SetupEvent): Promise<SetupAnswer> => {
    const answer = (registered: readonly string[]): SetupAnswer => ({
      PhysicalResourceId: 'baton-setup',
      Data: { Workflows: registered.join(', ') },
    });
    if (RequestType === 'Delete') return answer([]);
    const before = OldResourceProperties?.Workflows;
    const parsed = Object.entries(ResourceProperties.Workflows).map(([file, text]) => ({
      definition: parsedFile(file, text, agents),
      activate: before !== undefined && before[file] !== text ? true : ('where-new' as const), // SU1
    }));
    await prepareStore(
      await Promise.all(
        Object.entries(ResourceProperties.Users ?? {}).map(async ([role, { Secret, Access }]) => ({
          ...loginIn(await secret(Secret), Secret),
          role,
          access: Access,
        })),
      ),
    );
    const registered: string[] = [];
    for (const { definition, activate } of parsed) {
      const result = await registerWorkflow(definitions, definition, { activate });
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

/** As AWS keeps logins: `{"username": …, "password": …}`. What stands in it never shows in an error. */
function loginIn(text: string, address: string): Pick<StoreUser, 'name' | 'password'> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = undefined;
  }
  const { username, password } = (found ?? {}) as {
    readonly username?: unknown;
    readonly password?: unknown;
  };
  if (typeof username === 'string' && typeof password === 'string') return { name: username, password };
  throw new InfrastructureError(
    `the login of a user of the database cannot be read: got something else at ${address}, expected {"username": …, "password": …}. Correct the secret, and deploy again.`,
  );
}
