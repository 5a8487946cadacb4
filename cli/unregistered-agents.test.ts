import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { temporaryFolder } from './spawn.fixture.ts';
import { registryHint, withRegistryHint } from './unregistered-agents.ts';

const folder = temporaryFolder();
after(() => folder.remove());
for (const name of ['slow', 'kafka-expert']) {
  mkdirSync(join(folder.path, name));
  writeFileSync(join(folder.path, name, 'agent.yaml'), '');
}
mkdirSync(join(folder.path, 'empty'));

it('an agent whose folder is there is told to be registered, in a workflow as by name', () => {
  const hint = 'agents/slow is there and not registered yet: npm run registry';
  assert.equal(registryHint('slow', folder.path), hint);
  const steps = ['slow', 'slim'].map((name) => `  ${name}:\n    agent: ${name}\n    with: {}\n`).join('');
  const parsed = parseWorkflow(Buffer.from(`name: w\nversion: "1.0.0"\nsteps:\n${steps}`), {
    file: 'w.yaml',
    // So near a name that is registered: the folder says more.
    agents: new Map([['slowly', { version: '1.0.0' }]]),
  });
  assert.ok(!parsed.ok);
  const hints = parsed.problems.map((problem) => withRegistryHint(problem, folder.path).hint);
  assert.deepEqual([hints[0], hints[1] === hint, hints.length], [hint, false, 2]);
});

it('one that is registered, has no agent.yaml or is no name is nothing to register', () => {
  for (const name of ['kafka-expert', 'empty', 'none', '../slow', ''])
    assert.equal(registryHint(name, folder.path), undefined, name);
});
