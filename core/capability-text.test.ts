import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactCapability, signCapability, verifyCapability, type CapabilityKeys } from './capability.ts';

const keys: CapabilityKeys = [{ id: 'k', secret: new Uint8Array(32).fill(7) }];
const claim = { runId: '0123456789abcdefghjkmnpqrs', step: 'design', attempt: 1, agent: 'app-designer' };
const capability = signCapability(keys, claim, 1_790_000_000_000);

test('a capability is the whole text: nothing may stand before or after it (K1)', () => {
  assert.ok(verifyCapability(keys, claim, capability, 0).ok);
  for (const given of [`x${capability}`, ` ${capability}`, `${capability}=`, `${capability} `])
    assert.deepEqual(verifyCapability(keys, claim, given, 0), { ok: false, problem: 'CAPABILITY_MALFORMED' });
});

test('what does not begin as a capability does is shown without anything of it', () => {
  assert.equal(redactCapability(capability), 'cap:k');
  for (const given of [`x${capability}`, 'v1.KEY.1', `v1.${'k'.repeat(17)}.1`, ''])
    assert.equal(redactCapability(given), 'cap:?');
});
