/**
 * Capabilities: what lets an agent answer for one attempt and nothing else.
 * K1. An HMAC-SHA-256 over run, step, attempt, agent and expiry, by a key only the orchestrator holds.
 * K2. Deterministic: the same attempt sent again carries the same capability.
 * K3. Checked without state, against the broker's timestamp, in constant time.
 */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { no, ok, type Result } from './failure.ts';

export interface CapabilityKey {
  /** `^[a-z0-9]{1,16}$`, shown as `cap:<id>` wherever a capability would appear. */
  readonly id: string;
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
}
/** The first one signs; all verify, so that a key can be retired after the last expiry it signed. */
export type CapabilityKeys = readonly [CapabilityKey, ...CapabilityKey[]];

export interface CapabilityClaim {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly agent: string;
}

export type CapabilityProblem =
  | 'CAPABILITY_MISSING'
  | 'CAPABILITY_MALFORMED'
  | 'CAPABILITY_KEY_UNKNOWN'
  | 'CAPABILITY_FORGED'
  | 'CAPABILITY_EXPIRED';

/** How long after the attempt's deadline an answer is still recognised, in milliseconds. */
export const capabilityGraceMs = 24 * 60 * 60 * 1000;

/** `v1.<key id>.<expiry, ms since 1970>.<HMAC, base64url>` */
export function signCapability(keys: CapabilityKeys, claim: CapabilityClaim, deadlineAt: number): string {
  const expiry = deadlineAt + capabilityGraceMs;
  return `v1.${keys[0].id}.${expiry}.${mac(keys[0], claim, expiry).toString('base64url')}`;
}

export function verifyCapability(
  keys: CapabilityKeys,
  claim: CapabilityClaim,
  capability: string | undefined,
  brokerTime: number,
): Result<{ readonly keyId: string }, CapabilityProblem> {
  if (capability === undefined || capability === '') return no('CAPABILITY_MISSING');
  const match = /^v1\.([a-z0-9]{1,16})\.(0|[1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/.exec(capability);
  if (match === null) return no('CAPABILITY_MALFORMED');
  const [, keyId = '', expiryText = '', given = ''] = match;
  const key = keys.find((candidate) => candidate.id === keyId);
  if (key === undefined) return no('CAPABILITY_KEY_UNKNOWN');
  const expected = mac(key, claim, Number(expiryText)).toString('base64url');
  // Compared as text: base64url has spare bits at the end, and decoding would accept several spellings.
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return no('CAPABILITY_FORGED');
  return brokerTime > Number(expiryText) ? no('CAPABILITY_EXPIRED') : ok({ keyId });
}

/** What a person may see of a capability. */
export const redactCapability = (capability: string): string =>
  `cap:${/^v1\.([a-z0-9]{1,16})\./.exec(capability)?.[1] ?? '?'}`;

/** Preparing a key takes five times as long as signing with it, and every task and response needs one. */
const prepared = new WeakMap<CapabilityKey, KeyObject>();

function mac(key: CapabilityKey, claim: CapabilityClaim, expiry: number): Buffer {
  const ready = prepared.get(key) ?? createSecretKey(key.secret);
  prepared.set(key, ready);
  return createHmac('sha256', ready)
    .update(JSON.stringify([claim.runId, claim.step, claim.attempt, claim.agent, expiry]))
    .digest();
}
