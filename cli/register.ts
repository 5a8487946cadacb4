/** Registers a definition for a person: what stands against it ends the command. */
import { type DefinitionStore } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type Activate, registerWorkflow, type Registered } from '#functions/setup/register-workflow.ts';
import { usageError } from './problem.ts';

export async function register(
  store: DefinitionStore,
  definition: Definition,
  options: { readonly activate: Activate },
): Promise<Registered> {
  const result = await registerWorkflow(store, definition, options);
  if (result.ok) return result.value;
  const [message = '', expected = '', hint = ''] = result.problem.message.split(/; expected |\. (?=Raise)/);
  throw usageError(result.problem.code, message, { expected, hint });
}
