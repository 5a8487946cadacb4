import { test } from 'node:test';
import assert from 'node:assert/strict';
import {
  capabilityGraceMs,
  redactCapability,
  signCapability,
  verifyCapability,
  type CapabilityClaim,
  type CapabilityKey,
  type CapabilityKeys,
} from './capability.ts';

const key = (id: string, fill: number): CapabilityKey => ({ id, secret: new Uint8Array(32).fill(fill) });
const keys: CapabilityKeys = [key('k2', 2), key('k1', 1)];
const claim: CapabilityClaim = {
  runId: '0123456789abcdefghjkmnpqrs',
  step: 'design',
  attempt: 1,
  agent: 'app-designer',
};
const deadline = 1_790_000_000_000;
const capability = signCapability(keys, claim, deadline);

const answer = (given: string | undefined, claimed: CapabilityClaim = claim, at = deadline): string => {
  const verified = verifyCapability(keys, claimed, given, at);
  return verified.ok ? `by ${verified.value.keyId}` : verified.problem;
};

test('a capability is valid for its own attempt, signed by the first key', () => {
  assert.match(capability, /^v1\.k2\.1790086400000\.[A-Za-z0-9_-]{43}$/);
  assert.equal(answer(capability), 'by k2');
});

test('the same attempt sent again carries the same capability', () => {
  assert.equal(signCapability(keys, { ...claim }, deadline), capability);
});

test('no other run, step, attempt or agent can use it', () => {
  for (const change of [
    { runId: '0123456789abcdefghjkmnpqrt' },
    { step: 'other' },
    { attempt: 2 },
    { agent: 'other' },
  ])
    assert.equal(answer(capability, { ...claim, ...change }), 'CAPABILITY_FORGED', JSON.stringify(change));
});

test('parts of the claim cannot be shifted into each other', () => {
  const shifted = signCapability(keys, { ...claim, step: 'a', agent: 'bc' }, deadline);
  assert.equal(answer(shifted, { ...claim, step: 'ab', agent: 'c' }), 'CAPABILITY_FORGED');
  const quoted = signCapability(keys, { ...claim, step: 'a",1,"b', agent: 'c' }, deadline);
  assert.equal(answer(quoted, { ...claim, step: 'a', agent: 'b",1,"c' }), 'CAPABILITY_FORGED');
});

test('whatever character is altered, and however, it is refused', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ';
  for (let at = 0; at < capability.length; at += 1) {
    for (const letter of alphabet) {
      if (letter === capability[at]) continue;
      const altered = capability.slice(0, at) + letter + capability.slice(at + 1);
      assert.match(answer(altered), /^CAPABILITY_(?:MALFORMED|KEY_UNKNOWN|FORGED)$/, altered);
    }
  }
});

test('whatever byte of what is signed is altered, it is refused', () => {
  for (const name of ['runId', 'step', 'agent'] as const) {
    for (let at = 0; at < claim[name].length; at += 1) {
      const flipped = String.fromCharCode(claim[name].charCodeAt(at) ^ 1);
      const altered = { ...claim, [name]: claim[name].slice(0, at) + flipped + claim[name].slice(at + 1) };
      assert.equal(answer(capability, altered), 'CAPABILITY_FORGED', JSON.stringify(altered));
    }
  }
  for (let bit = 0; bit < 31; bit += 1)
    assert.equal(answer(capability, { ...claim, attempt: claim.attempt ^ (1 << bit) }), 'CAPABILITY_FORGED');
});

test('whatever byte of the secret is another, it is refused', () => {
  for (let at = 0; at < 32; at += 1) {
    const secret = Uint8Array.from(keys[0].secret, (byte, index) => (index === at ? byte ^ 1 : byte));
    const verified = verifyCapability([{ id: 'k2', secret }], claim, capability, deadline);
    assert.deepEqual(verified, { ok: false, problem: 'CAPABILITY_FORGED' });
  }
});

test('it holds until the deadline and the grace after it, and not a millisecond longer', () => {
  assert.equal(answer(capability, claim, deadline + capabilityGraceMs), 'by k2');
  assert.equal(answer(capability, claim, deadline + capabilityGraceMs + 1), 'CAPABILITY_EXPIRED');
});

test('a later expiry cannot be written into it', () => {
  const [version, id, expiry, mac] = capability.split('.');
  assert.equal(answer([version, id, Number(expiry) + 1, mac].join('.')), 'CAPABILITY_FORGED');
});

test('missing and malformed ones are told apart from forged ones', () => {
  assert.equal(answer(undefined), 'CAPABILITY_MISSING');
  assert.equal(answer(''), 'CAPABILITY_MISSING');
  for (const malformed of [
    'v2' + capability.slice(2),
    `${capability}x`,
    `${capability}\n`,
    capability.slice(0, -1),
    'x',
  ])
    assert.equal(answer(malformed), 'CAPABILITY_MALFORMED', malformed);
});

test('a retired key still verifies what it signed, and an unknown one never does', () => {
  const before = signCapability([key('k1', 1)], claim, deadline);
  assert.equal(answer(before), 'by k1');
  assert.equal(answer(signCapability([key('k0', 1)], claim, deadline)), 'CAPABILITY_KEY_UNKNOWN');
  assert.equal(answer(signCapability([key('k1', 9)], claim, deadline)), 'CAPABILITY_FORGED');
  assert.equal(
    answer(before.replace('.k1.', '.k2.')),
    'CAPABILITY_FORGED',
    'the key named is the key that must have signed',
  );
});

test('people see the key id and nothing that could be used', () => {
  assert.equal(redactCapability(capability), 'cap:k2');
  assert.equal(redactCapability('secret'), 'cap:?');
});

test('what is signed again after thousands of others is the same, and verifies the same', () => {
  for (let attempt = 1; attempt <= 2500; attempt += 1) signCapability(keys, { ...claim, attempt }, deadline);
  assert.equal(signCapability(keys, claim, deadline), capability);
  assert.equal(answer(capability), 'by k2');
  assert.equal(answer(capability, { ...claim, attempt: 2500 }), 'CAPABILITY_FORGED');
});

test('keys of one id and other secrets never share what they signed', () => {
  const other: CapabilityKeys = [key('k2', 9)];
  assert.notEqual(signCapability(other, claim, deadline), capability);
  assert.equal(signCapability(keys, claim, deadline), capability);
  const verified = verifyCapability(other, claim, capability, deadline);
  assert.equal(verified.ok, false);
});
