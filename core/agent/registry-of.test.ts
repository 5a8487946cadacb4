import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as z from 'zod';
import { type AgentManifest } from './contract.ts';
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

it('refuses code without a manifest', () => {
  assert.throws(
    () => registryOf([], { sample: agentCalled('sample') }),
    /agents\/sample\/agent\.yaml is not among/,
  );
});
