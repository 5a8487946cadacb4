/** The ids of a run's steps in the order of its definition. */
import { isJsonObject } from '#core/json.ts';
import { type DefinitionStore } from '#core/ports.ts';

/** From the stored definition; none where it is not known. */
export async function stepNames(
  definitions: DefinitionStore,
  digest: string | undefined,
): Promise<readonly string[]> {
  const stored = digest === undefined ? undefined : await definitions.byDigest(digest);
  const steps = stored?.source['steps'];
  return isJsonObject(steps) ? Object.keys(steps) : [];
}
