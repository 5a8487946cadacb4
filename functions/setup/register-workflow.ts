/** Registers a definition: a version, once registered, keeps its content. */
import { failure, no, ok, type Result } from '#core/failure.ts';
import { type DefinitionStore } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';

export interface Registered {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** `unchanged`: it was registered already, with the same content. */
  readonly state: 'registered' | 'unchanged';
}

/** `where-new`: if it was not registered, or no version of it is active. What a person activated else stays active. */
export type Activate = boolean | 'where-new';

/** Code: `WF_VERSION_CONFLICT`, where this version is registered with other content. */
export async function registerWorkflow(
  store: DefinitionStore,
  { name, version, digest, source }: Definition,
  { activate }: { readonly activate: Activate },
): Promise<Result<Registered>> {
  const versions = await store.list(name);
  const there = versions.filter((stored) => stored.version === version);
  const other = there.find((stored) => stored.digest !== digest);
  if (other !== undefined)
    return no(
      failure(
        'WF_VERSION_CONFLICT',
        `${name} ${version} is registered with other content; expected that of ${other.digest.slice(0, 19)}, ` +
          "or another version. Raise 'version' in the file: runs are told apart by it.",
      ),
    );
  const isNew = there.length === 0 || !versions.some(({ active }) => active);
  await store.put(
    { name, version, digest, source },
    { activate: activate === 'where-new' ? isNew : activate },
  );
  return ok({ name, version, digest, state: there.length > 0 ? 'unchanged' : 'registered' });
}
