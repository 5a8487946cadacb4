/** Stored workflow definitions in memory, immutable by digest, and which version of each name is active. */
import { type DefinitionStore, type StoredDefinition } from '#core/ports.ts';
import { type Synchronous } from './around.ts';

export function createMemoryDefinitions(): Synchronous<DefinitionStore> {
  const byDigest = new Map<string, StoredDefinition>();
  const active = new Map<string, string>();

  return {
    put({ name, version, digest, source }, { activate }) {
      if (!byDigest.has(digest)) byDigest.set(digest, { name, version, digest, source });
      if (activate) active.set(name, digest);
    },
    byDigest: (digest) => byDigest.get(digest),
    active(name) {
      const digest = active.get(name);
      return digest === undefined ? undefined : byDigest.get(digest);
    },
    list: (wanted) =>
      [...byDigest.values()]
        .filter(({ name }) => wanted === undefined || name === wanted)
        .map(({ name, version, digest }) => ({
          name,
          version,
          digest,
          active: active.get(name) === digest,
        })),
  };
}
