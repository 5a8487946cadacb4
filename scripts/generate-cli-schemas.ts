/**
 * Writes schemas/cli/<command>.json: the JSON Schema (2020-12) of what a command prints with `--json`. Run it after a
 * change in cli/shapes/.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { schemaFileOf, shapes } from '#cli/shapes/shapes.ts';
import { type Shape } from '#cli/shapes/shape.ts';

export const cliSchemasFolder = join(import.meta.dirname, '..', 'schemas', 'cli');

/** File name → content, for every command that answers in JSON. */
export async function cliSchemaFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [command, shape] of Object.entries(shapes))
    files.set(
      schemaFileOf(command),
      await format(JSON.stringify(schemaOf(command, shape)), {
        parser: 'json',
        printWidth: 110,
        objectWrap: 'collapse',
      }),
    );
  return files;
}

const schemaOf = (command: string, { form, description, schema }: Shape): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `urn:baton:cli:${command.replaceAll(' ', ':')}`,
  title: `baton ${command} --json${form === 'lines' ? ', each line' : ''}`,
  description,
  ...schema,
});

async function main(): Promise<void> {
  const files = await cliSchemaFiles();
  mkdirSync(cliSchemasFolder, { recursive: true });
  for (const name of readdirSync(cliSchemasFolder)) {
    if (!files.has(name)) rmSync(join(cliSchemasFolder, name));
  }
  for (const [name, content] of files) writeFileSync(join(cliSchemasFolder, name), content);
  process.stderr.write(`wrote ${files.size} schemas to ${join('schemas', 'cli')}\n`);
}

if (import.meta.main) await main();
