/**
 * Commits as data: their digest, by which the next one names its parent.
 * CM1. The digest covers every member; two commits with the same digest are the same commit.
 */
import { sha256, canonicalJson, type Json } from './json.ts';
import { type Commit } from './ports.ts';

/** Commits are immutable: what was computed for one object stays true of it. */
const known = new WeakMap<Commit, string>();

/** `sha256:<hex>` of the canonical JSON of the commit. */
export function commitDigest(commit: Commit): string {
  const digest = known.get(commit) ?? `sha256:${sha256(canonicalJson(asJson(commit)))}`;
  known.set(commit, digest);
  return digest;
}

/** A commit is plain JSON by construction (`RunEvent`, `Cause`): the types only say more than `Json` does. */
const asJson = (commit: Commit): Json => commit as unknown as Json;
