/** Writes the JSON Schemas that editors and other tools read: `./scripts/with-node node scripts/generate-schemas.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { workflowFileSchema } from '#core/workflow/file-schema.ts';

export const schemaFiles = { 'schemas/workflow.schema.json': workflowFileSchema } as const;

/** The exact text of a schema file. */
export const schemaText = (name: keyof typeof schemaFiles): string =>
  `${JSON.stringify(schemaFiles[name](), null, 2)}\n`;

if (import.meta.main) {
  const root = new URL('../', import.meta.url);
  mkdirSync(new URL('schemas/', root), { recursive: true });
  for (const name of Object.keys(schemaFiles) as (keyof typeof schemaFiles)[])
    writeFileSync(new URL(name, root), schemaText(name));
}
