/**
 * Commits as data: their digest, by which the next one names its parent.
 * CM1. The digest covers every member; two commits with the same digest are the same commit.
 */
import { sha256, canonicalJson, isJsonObject, type Json } from './json.ts';
import { type Commit, type Snapshot } from './ports.ts';

/** Commits are immutable: what was computed for one object stays true of it. */
const known = new WeakMap<Commit, string>();

/** `sha256:<hex>` of the canonical JSON of the commit. */
export function commitDigest(commit: Commit): string {
  const digest = known.get(commit) ?? `sha256:${sha256(canonicalJson(asJson(commit)))}`;
  known.set(commit, digest);
  return digest;
}

/**
 * The text of a commit or snapshot read back, whose type the caller names. Undefined where it is no JSON object: then
 * it was damaged since, which is to cost its run and nothing else.
 */
export function readStored<T extends Commit | Snapshot>(text: unknown): T | undefined {
  try {
    const value = typeof text === 'string' ? (JSON.parse(text) as Json) : null;
    return isJsonObject(value) ? (value as unknown as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Loading reads the commits above this version: those that the snapshot neither holds folded nor carries. */
export const loadedAbove = ({ version, published, open }: Snapshot): number =>
  open === undefined ? Math.min(version, published) : version;

/** A commit is plain JSON by construction (`RunEvent`, `Cause`): the types only say more than `Json` does. */
const asJson = (commit: Commit): Json => commit as unknown as Json;
