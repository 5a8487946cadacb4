/** Stored workflow definitions, immutable by digest, and which version of each name is active. */
import { type JsonObject } from '#core/json.ts';
import { type DefinitionStore, type StoredDefinition } from '#core/ports.ts';
import { type Row, number, stored, text } from './columns.ts';
import { type Database } from './database.ts';

export function createDefinitions(database: Database): DefinitionStore {
  const insert = database.statement(
    'INSERT INTO definitions (digest, name, version, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const activate = database.statement(
    'INSERT INTO active_definitions (name, digest) VALUES (?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest',
  );
  const activeDigest = database.statement('SELECT digest FROM active_definitions WHERE name = ?');
  const byDigest = database.statement(
    'SELECT name, version, digest, source FROM definitions WHERE digest = ?',
  );
  const active = database.statement(`SELECT d.name, d.version, d.digest, d.source
    FROM active_definitions a JOIN definitions d ON d.digest = a.digest WHERE a.name = ?`);
  const list = database.statement(`SELECT d.name, d.version, d.digest, a.digest IS NOT NULL
    FROM definitions d LEFT JOIN active_definitions a ON a.name = d.name AND a.digest = d.digest
    WHERE ?1 IS NULL OR d.name = ?1 ORDER BY d.position`);

  return {
    async put(definition, options) {
      const { name, version, digest, source } = definition;
      const done = database.read(
        () =>
          byDigest.row(digest) !== undefined && (!options.activate || activeDigest.row(name)?.[0] === digest),
      );
      // Starting the same workflow again and again costs no write.
      if (done) return;
      await database.writer.durable(() => {
        insert.run(digest, name, version, JSON.stringify(source));
        if (options.activate) activate.run(name, digest);
      });
    },
    byDigest: async (digest) => database.read(() => toDefinition(byDigest.row(digest))),
    active: async (name) => database.read(() => toDefinition(active.row(name))),
    list: async (name) =>
      database.read(() =>
        list.rows(name ?? null).map((row) => ({
          name: text(row, 0),
          version: text(row, 1),
          digest: text(row, 2),
          active: number(row, 3) === 1,
        })),
      ),
  };
}

const toDefinition = (row: Row | undefined): StoredDefinition | undefined =>
  row === undefined
    ? undefined
    : { name: text(row, 0), version: text(row, 1), digest: text(row, 2), source: stored<JsonObject>(row, 3) };
