/**
 * Ids: patterns, the parsers that make branded ids, and the derivations.
 * ID1. What Baton sends has a derived id: the same thing sent again is recognisable everywhere.
 * ID2. A run id is a hash over tenant and source (or idempotency key): two senders never share one.
 * ID3. Ids are checked as strings by pattern before any query.
 */
import { hash as digestOf } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type RunId = Branded<'RunId'>;

export const patterns = {
  runId: /^[0-9a-hjkmnp-tv-z]{26}$/,
  stepId: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
  agentName: /^[a-z][a-z0-9-]{0,63}$/,
  workflowName: /^[a-z][a-z0-9-]{0,63}$/,
  failureCode: /^[A-Z][A-Z0-9_]{1,63}$/,
  /** It names a folder, or the beginning of a key, wherever claim checks are kept. */
  tenant: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
} as const;

/** Runs without a tenant belong to this one. */
export const defaultTenant = 'default';

export function parseRunId(text: unknown): RunId | undefined {
  return isRunId(text) ? text : undefined;
}

const isRunId = (text: unknown): text is RunId => typeof text === 'string' && patterns.runId.test(text);

export interface StartIdentity {
  readonly tenant: string;
  /** The value of the workflow's `idempotencyKey`, where it declares one. */
  readonly idempotency?: { readonly workflow: string; readonly key: string };
  readonly source: string;
  readonly id: string;
  /** The run that this start retries: its idempotency key is then ignored. */
  readonly retryOf?: string;
}

/** The id of the run a start opens: 26 characters of base 32 (Crockford), 130 bits of SHA-256. */
export function runIdOf(start: StartIdentity): RunId {
  if (start.retryOf !== undefined)
    return hash(['retry', start.tenant, start.retryOf, start.source, start.id]);
  if (start.idempotency !== undefined)
    return hash(['key', start.tenant, start.idempotency.workflow, start.idempotency.key]);
  return hash(['event', start.tenant, start.source, start.id]);
}

export const effectId = (runId: RunId, version: number, index: number): string =>
  `${runId}:${version}:${index}`;
export const responseId = (runId: RunId, step: string, attempt: number): string =>
  `${runId}:${step}:${attempt}`;
export const wakeId = (runId: RunId, wakeSentAt: number): string => `${runId}:wake:${wakeSentAt}`;
export const invocationId = responseId;

/** `<runId>:<version, 10 digits>`: sorts by version within a run. */
export const commitId = (runId: RunId, version: number): string =>
  `${runId}:${String(version).padStart(10, '0')}`;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function hash(parts: readonly string[]): RunId {
  const bytes = digestOf('sha256', JSON.stringify(parts), 'buffer');
  let text = '';
  for (let bit = 0; text.length < 26; bit += 5) {
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += alphabet[(pair >> (11 - (bit & 7))) & 31];
  }
  return text as RunId;
}
