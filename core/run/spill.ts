/**
 * Keeps stored values small: what is over the inline limit becomes a claim check.
 * SP1. The value behind a reference is exactly the one replaced; `null` stands in its place.
 * SP2. The largest members go first, so that the shape of an object stays readable in state and events.
 * SP3. A member that holds references already stays: a reference never points at a value with references.
 * SP4. Few references take the place of a value: a hundred members at most; if that is not enough, it goes whole. Where
 *      it cannot (SP3), members that are shorter than a reference stay.
 */
import { canonicalJson, isJsonObject, sha256, type Json, type JsonObject } from '../json.ts';
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
  if (isJsonObject(value) && (refs.length > 0 || hasLargeMember(value))) {
    const members = membersToSpill(value, refs, size - limit);
    if (refs.length > 0) return spillMembers(value, refs, size, worthwhile(members)); // SP4
    if (members.length <= mostMembers) return spillMembers(value, refs, size, members);
  }
  if (refs.length > 0) return { value: payload, blobs: [], inlineBytes: size }; // SP3
  const blob = spilled(value);
  return { value: { value: null, refs: [{ at: '', ref: blob.ref }] }, blobs: [blob], inlineBytes: 4 };
}

/** Many small members are better stored as one claim check than as many. */
const hasLargeMember = (value: { readonly [key: string]: Json }): boolean =>
  Object.values(value).some((member) => sizeOf(member) >= 1024);

/** Members that become claim checks of their own, at most. */
const mostMembers = 100;
/** About what a reference takes itself. */
const referenceBytes = 160;

const worthwhile = (members: readonly Member[]): readonly Member[] =>
  members.slice(0, mostMembers).filter(({ size }) => size > referenceBytes);

interface Member {
  readonly key: string;
  readonly at: string;
  readonly member: Json;
  readonly size: number;
}

/** The largest, as many as it takes to free so many bytes; all where that is not enough. */
function membersToSpill(value: JsonObject, refs: readonly PlacedRef[], bytes: number): readonly Member[] {
  const holding = new Set(refs.map(({ at }) => at.split('/', 2).join('/')));
  const members = Object.entries(value)
    .map(([key, member]) => ({ key, at: `/${escapePointer(key)}`, member, size: sizeOf(member) }))
    .filter(({ at }) => !holding.has(at))
    .sort((a, b) => b.size - a.size);
  let left = bytes;
  const enough = members.findIndex(({ size }) => (left -= size - 4) <= 0);
  return enough < 0 ? members : members.slice(0, enough + 1);
}

function spillMembers(
  value: JsonObject,
  refs: readonly PlacedRef[],
  size: number,
  members: readonly Member[],
): Spill<Payload> {
  const kept: Record<string, Json> = { ...value };
  const placed: PlacedRef[] = [...refs];
  const blobs: Spilled[] = [];
  let inlineBytes = size;
  for (const { key, at, member, size: bytes } of members) {
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
