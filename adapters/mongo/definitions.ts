/** Stored workflow definitions, immutable by digest, and which version of each name is active. */
import { ObjectId } from 'mongodb';
import { type JsonObject } from '#core/json.ts';
import { type DefinitionStore, type StoredDefinition } from '#core/ports.ts';
import { durable } from './client.ts';
import { type Database } from './database.ts';
import { stored, text } from './fields.ts';
import { isDuplicateKey } from './store-error.ts';

const sort = { putAt: 1, order: 1 } as const;
const projection = { name: 1, version: 1 } as const;
const remembered = 50;

export function createDefinitions(database: Database): DefinitionStore {
  const { definitions, active, guarded } = database;
  // Immutable by digest, so every start of a workflow need not read it again. What is not there may come.
  const known = new Map<string, StoredDefinition>();
  const byDigest = async (digest: string): Promise<StoredDefinition | undefined> => {
    const there = known.get(digest);
    if (there !== undefined) return there;
    const found = await definitions.findOne({ _id: digest });
    if (found === null) return undefined;
    const definition = toDefinition(found);
    if (known.size >= remembered) known.delete(known.keys().next().value ?? '');
    known.set(digest, definition);
    return definition;
  };

  return {
    put: (definition, options) => guarded(() => put(database, definition, options.activate)),
    byDigest: (digest) => guarded(() => byDigest(digest)),
    active: (name) =>
      guarded(async () => {
        const found = await active.findOne({ _id: name });
        return found === null ? undefined : byDigest(text(found, 'digest'));
      }),
    list: (name) =>
      guarded(async () => {
        const [found, current] = await Promise.all([
          definitions.find(name === undefined ? {} : { name }, { sort, projection }).toArray(),
          active.find(name === undefined ? {} : { _id: name }, { sort: { _id: 1 } }).toArray(),
        ]);
        const activeDigest = new Map(current.map((one) => [one._id, text(one, 'digest')]));
        return found.map((one) => ({
          name: text(one, 'name'),
          version: text(one, 'version'),
          digest: one._id,
          active: activeDigest.get(one.name) === one._id,
        }));
      }),
  };
}

async function put(database: Database, definition: StoredDefinition, activate: boolean): Promise<void> {
  const { definitions, active, clock } = database;
  const { name, version, digest, source } = definition;
  const [there, current] = await Promise.all([
    definitions.findOne({ _id: digest }, { projection }),
    activate ? active.findOne({ _id: name }) : undefined,
  ]);
  // Starting the same workflow again and again costs no write.
  if (there === null) {
    const putAt = clock.now();
    const $setOnInsert = { name, version, source: JSON.stringify(source), putAt, order: new ObjectId() };
    await onceMore(() =>
      definitions.updateOne({ _id: digest }, { $setOnInsert }, { ...durable, upsert: true }),
    );
  }
  if (activate && current?.digest !== digest)
    await onceMore(() => active.updateOne({ _id: name }, { $set: { digest } }, { ...durable, upsert: true }));
}

/** Two first upserts of one key at once: the later one finds the earlier when it asks again. */
async function onceMore(upsert: () => Promise<unknown>): Promise<void> {
  try {
    await upsert();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await upsert();
  }
}

const toDefinition = (found: object & { readonly _id: string }): StoredDefinition => ({
  name: text(found, 'name'),
  version: text(found, 'version'),
  digest: found._id,
  source: stored<JsonObject>(found, 'source'),
});
