/**
 * Keeps stored values small: what is over the inline limit becomes a claim check.
 * SP1. The value behind a reference is exactly the one replaced; `null` stands in its place.
 * SP2. The largest members go first, so that the shape of an object stays readable in state and events.
 * SP3. A member that holds references already stays: a reference never points at a value with references.
 */
import { canonicalJson, isJsonObject, sha256, type Json } from '../json.ts';
import { inlineLimitBytes, type BlobRef, type Payload, type PlacedRef } from '../payload.ts';
import { escapePointer } from '../workflow/scope.ts';
import { type RunEvent } from './types.ts';

export interface Spilled {
  readonly ref: BlobRef;
  readonly value: Json;
  /** Canonical JSON, UTF-8. */
  readonly bytes: Uint8Array;
}

export interface Spill<T> {
  readonly value: T;
  readonly blobs: readonly Spilled[];
  /** Bytes of JSON that stay inline, about. */
  readonly inlineBytes: number;
}

export function spillEvents(events: readonly RunEvent[]): Spill<readonly RunEvent[]> {
  const blobs: Spilled[] = [];
  let inlineBytes = 0;
  const spill = (payload: Payload): Payload => {
    const result = spillPayload(payload);
    blobs.push(...result.blobs);
    inlineBytes += result.inlineBytes;
    return result.value;
  };
  const value = events.map((event): RunEvent => {
    switch (event.type) {
      case 'run.started':
      case 'step.dispatched':
        return { ...event, input: spill(event.input) };
      case 'approval.requested':
        return { ...event, prompt: spill(event.prompt) };
      case 'step.completed':
        return { ...event, output: spill(event.output) };
      case 'run.completed':
        return { ...event, outputs: spill(event.outputs) };
      default:
        return event;
    }
  });
  return { value, blobs, inlineBytes };
}

export function spillPayload(payload: Payload, limit = inlineLimitBytes): Spill<Payload> {
  const size = sizeOf(payload.value);
  if (size <= limit) return { value: payload, blobs: [], inlineBytes: size };
  const { value, refs = [] } = payload;
  if (isJsonObject(value) && (refs.length > 0 || hasLargeMember(value)))
    return spillMembers(value, refs, size, limit);
  if (refs.length > 0) return { value: payload, blobs: [], inlineBytes: size }; // SP3
  const blob = spilled(value);
  return { value: { value: null, refs: [{ at: '', ref: blob.ref }] }, blobs: [blob], inlineBytes: 4 };
}

/** Many small members are better stored as one claim check than as many. */
const hasLargeMember = (value: { readonly [key: string]: Json }): boolean =>
  Object.values(value).some((member) => sizeOf(member) >= 1024);

function spillMembers(
  value: { readonly [key: string]: Json },
  refs: readonly PlacedRef[],
  size: number,
  limit: number,
): Spill<Payload> {
  const members = Object.entries(value)
    .map(([key, member]) => ({ key, at: `/${escapePointer(key)}`, member, size: sizeOf(member) }))
    .filter(({ at }) => !refs.some((placed) => placed.at === at || placed.at.startsWith(`${at}/`)))
    .sort((a, b) => b.size - a.size);
  const kept: Record<string, Json> = { ...value };
  const placed: PlacedRef[] = [...refs];
  const blobs: Spilled[] = [];
  let inlineBytes = size;
  for (const { key, at, member, size: bytes } of members) {
    if (inlineBytes <= limit) break;
    const blob = spilled(member);
    blobs.push(blob);
    placed.push({ at, ref: blob.ref });
    kept[key] = null;
    inlineBytes -= bytes - 4;
  }
  return { value: { value: kept, refs: placed }, blobs, inlineBytes };
}

export function spilled(value: Json): Spilled {
  const bytes = new TextEncoder().encode(canonicalJson(value));
  return { ref: { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length }, value, bytes };
}

/** Bytes of the value as JSON text; exact only where it could matter. */
function sizeOf(value: Json): number {
  const text = JSON.stringify(value);
  return text.length * 3 <= inlineLimitBytes ? text.length : Buffer.byteLength(text);
}
