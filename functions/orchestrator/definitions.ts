/**
 * Definitions for the orchestrator: found by name and range for a start, by digest for a run; parsed once per digest.
 * A digest names its content, so what is remembered never goes stale.
 */
import { failure, no, ok, type Failure, type Result } from '#core/failure.ts';
import { type DefinitionStore, type StoredDefinition } from '#core/ports.ts';
import { echoed } from '#core/redact.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseDefinition } from '#core/workflow/parse-definition.ts';
import { highest } from '#core/workflow/version-range.ts';
import { type Soon } from '../soon.ts';

const remembered = 200;

export interface Definitions {
  /** For a start: the active version, or the highest stored one in the range. */
  find(name: string, range: string | undefined): Promise<Result<Definition>>;
  /** For a run: what it began with. Undefined where it is not stored. */
  byDigest(digest: string): Soon<Definition | undefined>;
}

/**
 * For one batch: a hundred starts of one workflow ask for its active version once. Not for longer, because another
 * version may be made active at any time.
 */
export function askedOnce(definitions: Definitions): Definitions {
  const asked = new Map<string, ReturnType<Definitions['find']>>();
  return {
    find(name, range) {
      const key = JSON.stringify([name, range]);
      const found = asked.get(key) ?? definitions.find(name, range);
      asked.set(key, found);
      return found;
    },
    byDigest: (digest) => definitions.byDigest(digest),
  };
}

/** The same source object gives the same definition: sandboxes that share a store in memory parse it once. */
const bySource = new WeakMap<StoredDefinition['source'], Definition>();

export function createDefinitions(store: DefinitionStore): Definitions {
  const parsed = new Map<string, Definition>();
  const parse = (stored: StoredDefinition): Definition | undefined => {
    const known = parsed.get(stored.digest);
    if (known !== undefined) return known;
    const shared = bySource.get(stored.source);
    const result = shared === undefined ? parseDefinition(stored.source) : ok(shared);
    if (!result.ok) return undefined;
    bySource.set(stored.source, result.value);
    if (parsed.size >= remembered) parsed.delete(parsed.keys().next().value ?? '');
    parsed.set(stored.digest, result.value);
    return result.value;
  };
  return {
    async find(name, range) {
      const stored = range === undefined ? await store.active(name) : await inRange(store, name, range);
      if (stored === undefined) return no(await notFound(store, name, range));
      const definition = parse(stored);
      return definition === undefined ? no(unreadable(stored)) : ok(definition);
    },
    byDigest: (digest) =>
      parsed.get(digest) ?? store.byDigest(digest).then((stored) => stored && parse(stored)),
  };
}

async function inRange(
  store: DefinitionStore,
  name: string,
  range: string,
): Promise<StoredDefinition | undefined> {
  const versions = await store.list(name);
  const version = highest(
    versions.map((stored) => stored.version),
    range,
  );
  // The newest put of a version wins: on a laptop a version may be stored again with other content.
  const chosen = versions.findLast((stored) => stored.version === version);
  return chosen === undefined ? undefined : store.byDigest(chosen.digest);
}

async function notFound(store: DefinitionStore, name: string, range: string | undefined): Promise<Failure> {
  const all = await store.list();
  const versions = all.filter((stored) => stored.name === name).map((stored) => stored.version);
  if (versions.length > 0) {
    const asked = range === undefined ? 'an active version' : `a version in '${range}'`;
    return failure(
      'WF_UNKNOWN_VERSION',
      `workflow '${name}' has no such version; expected ${echoed(asked)} among ${versions.slice(0, 20).join(', ')}. ` +
        'Register that version, or ask for one of these.',
    );
  }
  const names = [...new Set(all.map((stored) => stored.name))].slice(0, 20).join(', ');
  return failure(
    'WF_UNKNOWN_WORKFLOW',
    `no workflow '${echoed(name)}' is registered; expected one of: ${names || '(none)'}. ` +
      'Put its file into workflows/ and start `./baton dev`, or correct the name.',
  );
}

const unreadable = (stored: StoredDefinition): Failure =>
  failure(
    'WF_UNKNOWN_WORKFLOW',
    `workflow '${stored.name}' ${stored.version} is stored but this version of Baton cannot read it; ` +
      'expected a definition it supports. Upgrade Baton, or store a definition it can read.',
  );
