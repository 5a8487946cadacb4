import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifests } from '#agents/manifests.ts';
import { registry } from '#agents/registry.ts';
import { generateRegistry, staleFiles } from './generate-registry.ts';

const root = join(import.meta.dirname, '..');

test('the generated files of agents/ are current: else run node scripts/generate-registry.ts', async () => {
  assert.deepEqual(staleFiles(root, await generateRegistry(root)), []);
});

test('every agent’s code and manifest agree on name and version', () => {
  assert.ok(registry.size >= 3);
  for (const [name, { manifest, agent }] of registry) {
    assert.deepEqual([agent.name, agent.version], [manifest.name, manifest.version]);
    assert.equal(name, manifest.name);
  }
  assert.deepEqual(
    manifests.map(({ name }) => name).filter((name) => !registry.has(name)),
    [],
  );
});

test('a manifest that is wrong, or named otherwise than its folder, is told with its file', async () => {
  const sample = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const folder = join(sample, 'agents', 'sample');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'agent.yaml'),
      'name: other\nversion: "1.0.0"\ndescription: d\ntransport: kafka\nowner: me\n',
    );
    await assert.rejects(
      generateRegistry(sample),
      /agents\/sample\/agent\.yaml: name is not the folder's: got 'other', expected 'sample'/,
    );
    writeFileSync(
      join(folder, 'agent.yaml'),
      'name: sample\nversion: 1.10\ndescription: d\ntransport: kafka\nowner: me\ntimout: 5s\n',
    );
    await assert.rejects(
      generateRegistry(sample),
      /agents\/sample\/agent\.yaml: .*version[^]*Did you mean 'timeout'/,
    );
  } finally {
    rmSync(sample, { recursive: true });
  }
});

test('a prompt keeps its backticks, backslashes and dollars', async () => {
  const sample = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const folder = join(sample, 'agents', 'sample');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'agent.yaml'),
      'name: sample\nversion: "1.0.0"\ndescription: d\ntransport: kafka\nowner: me\n',
    );
    const text = 'a `b` \\n ${c} $d \\${e}\n';
    writeFileSync(join(folder, 'prompt.md'), text);
    const files = await generateRegistry(sample);
    const path = join(folder, 'prompt.ts');
    writeFileSync(path, files.get('agents/sample/prompt.ts') ?? '');
    const { prompt } = (await import(path)) as { prompt: string };
    assert.equal(prompt, text);
  } finally {
    rmSync(sample, { recursive: true });
  }
});
