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
  const { macs } = readied(keys[0]);
  const text = signedText(claim, expiry);
  const mac = macs.get(text) ?? macOf(keys[0], text);
  if (macs.size >= rememberedMacs) macs.clear();
  macs.set(text, mac);
  return `v1.${keys[0].id}.${expiry}.${mac}`;
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
  const text = signedText(claim, Number(expiryText));
  const expected = readied(key).macs.get(text) ?? macOf(key, text);
  // Compared as text: base64url has spare bits at the end, and decoding would accept several spellings.
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return no('CAPABILITY_FORGED');
  return brokerTime > Number(expiryText) ? no('CAPABILITY_EXPIRED') : ok({ keyId });
}

/** What a person may see of a capability. */
export const redactCapability = (capability: string): string =>
  `cap:${/^v1\.([a-z0-9]{1,16})\./.exec(capability)?.[1] ?? '?'}`;

interface Readied {
  /** Preparing a key takes five times as long as signing with it, and every task and response needs one. */
  readonly key: KeyObject;
  /**
   * What was signed last, by its text: the same task is signed again whenever it is sent again, and answered soon. What
   * only was to be verified is never kept, so that nobody outside has a say in what is.
   */
  readonly macs: Map<string, string>;
}

const known = new WeakMap<CapabilityKey, Readied>();
const rememberedMacs = 1_000;

function readied(key: CapabilityKey): Readied {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = { key: createSecretKey(key.secret), macs: new Map<string, string>() };
  known.set(key, made);
  return made;
}

const signedText = (claim: CapabilityClaim, expiry: number): string =>
  JSON.stringify([claim.runId, claim.step, claim.attempt, claim.agent, expiry]);

const macOf = (key: CapabilityKey, text: string): string =>
  createHmac('sha256', readied(key).key).update(text).digest('base64url');
