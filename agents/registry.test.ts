import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { answer, startProvider } from '#adapters/llm/loopback-provider.ts';
import { openModels } from '#adapters/llm/open-model.ts';
import { type ModelRequest } from '#core/agent/contract.ts';
import { type Json } from '#core/json.ts';
import { registry } from './registry.ts';
import { invoke, silentLogger } from './test-kit.ts';

const fixture = (agent: string, name: string): Json =>
  JSON.parse(readFileSync(join(import.meta.dirname, agent, 'fixtures', `${name}.json`), 'utf8')) as Json;

const asked = (input: Json): ModelRequest => ({ name: 'any', system: '', user: '', input, schema: true });

test('every agent asks a provider in strict mode, and gets through with one repair turn', async () => {
  for (const [name, { agent }] of registry) {
    const input = fixture(name, 'parcels.input');
    const provider = await startProvider([
      answer('{}'),
      answer(JSON.stringify(agent.scripted?.(asked(input)))),
    ]);
    try {
      const model = openModels({ apiKey: 'sk-for-this-test', baseUrl: provider.url, names: {} }).model({
        profile: 'default',
        maxOutputTokens: 9000,
        signal: new AbortController().signal,
        logger: silentLogger,
      });
      assert.deepEqual(await invoke(agent, input, model), {
        ok: true,
        value: fixture(name, 'parcels.output'),
      });
      assert.equal(model.usage().calls, 2);
      const format = provider.requests[0]?.['response_format'] as { json_schema: { strict: boolean } };
      assert.equal(format.json_schema.strict, true, name);
    } finally {
      await provider.close();
    }
  }
});
