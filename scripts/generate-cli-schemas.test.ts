import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { cliSchemaFiles, cliSchemasFolder } from './generate-cli-schemas.ts';

test('schemas/cli is what cli/shapes gives, and every file is a schema', async () => {
  const expected = await cliSchemaFiles();
  assert.deepEqual(readdirSync(cliSchemasFolder).sort(), [...expected.keys()].sort());
  for (const [name, content] of expected) {
    const onDisk = readFileSync(join(cliSchemasFolder, name), 'utf8');
    assert.equal(onDisk, content, `${name} is stale: run node scripts/generate-cli-schemas.ts`);
    new Ajv2020({ allowUnionTypes: true, strictTypes: false }).compile(JSON.parse(onDisk) as object);
  }
});
