import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as z from 'zod';
import { type AgentDefinition, type AgentManifest } from './contract.ts';
import { defineAgent } from './define-agent.ts';
import { registryOf } from './registry-of.ts';

const manifest: AgentManifest = {
  name: 'sample',
  version: '1.0.0',
  description: 'A sample.',
  transport: 'kafka',
  owner: 'tests',
  timeoutMs: 1000,
  onRedelivery: 'once',
};
const agentCalled = (name: string) =>
  defineAgent({
    name,
    description: 'A sample.',
    version: '1.0.0',
    input: z.object({}),
    output: z.object({}),
    run: () => Promise.resolve({}),
  });

it('has the agents whose code is at hand, with their manifests', () => {
  const agent = agentCalled('sample');
  assert.deepEqual(
    [...registryOf([manifest, { ...manifest, name: 'elsewhere' }], { sample: agent })],
    [['sample', { manifest, agent }]],
  );
});

it('refuses code of another name than its folder: its tasks would wait for their deadline', () => {
  assert.throws(
    () => registryOf([manifest], { sample: agentCalled('other') }),
    /^Error: agents\/sample\/agent\.ts defines an agent of another name: got 'other', expected 'sample'\. /,
  );
});

it('refuses what is no agent, by its folder: nobody edits the registry where it shows', () => {
  const { name: _, ...nameless } = agentCalled('sample');
  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['sample', '"sample"'],
    [Promise.resolve(agentCalled('sample')), 'a Promise'],
    [nameless, 'an object with keys description, version, input, output, run'],
    [{ ...nameless, name: 7 }, 'an object with keys description, version, input, output, run, name'],
    [agentCalled(''), 'an object with keys name, description, version, input, output, run'],
  ];
  for (const [code, got] of wrong)
    assert.throws(() => registryOf([manifest], { sample: code as AgentDefinition }), {
      message: `agents/sample/agent.ts exports no agent: got ${got}, expected what defineAgent gives, with a name. Write there: export const agent = defineAgent({ name: 'sample', … }).`,
    });
});

it('refuses code without a manifest', () => {
  assert.throws(
    () => registryOf([], { sample: agentCalled('sample') }),
    /agents\/sample\/agent\.yaml is not among/,
  );
});
