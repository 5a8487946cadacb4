/**
 * Values that travel and are stored: JSON, with parts too big for the log replaced by claim checks.
 * P1. A reference lives beside the value, never inside it: data that looks like a reference stays data.
 * P2. Where a reference is placed, the value holds `null`.
 */
import { jsonLimits } from './json-bytes.ts';
import { type Json } from './json.ts';

/** A claim check: the bytes are the canonical UTF-8 JSON text of the value; `digest` is `sha256:<hex>` of them. */
export interface BlobRef {
  readonly digest: string;
  readonly bytes: number;
}

export interface PlacedRef {
  /** JSON pointer (RFC 6901) of the place in the value; `''` is the whole value. */
  readonly at: string;
  readonly ref: BlobRef;
}

export interface Payload {
  readonly value: Json;
  readonly refs?: readonly PlacedRef[];
}

/** Values up to this many bytes of JSON stay in state and events; larger ones become claim checks. */
export const inlineLimitBytes = 16 * 1024;

/** Levels of lists and objects in a value, at most: the data of the event that it travels in is one more. */
export const deepestValue = jsonLimits.depth - 1;

/** A place in a task's input (JSON pointer) where the definition refers to a secret by name. */
export interface PlacedSecret {
  readonly at: string;
  readonly name: string;
}
