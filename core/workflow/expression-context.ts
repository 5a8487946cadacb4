/** Builds, for one evaluation, the plain values that an expression reads: no more of the run than that. */
import { type Json, type JsonObject } from '../json.ts';
import { type BlobRef, type Payload } from '../payload.ts';
import { escapePointer, type Evaluation, pointerSegments, replaceAt, type Scope } from './scope.ts';

interface Root {
  readonly keys: readonly string[];
  readonly payload: Payload;
  readonly rests: (readonly string[])[];
}

/** `{inputs, steps: {<id>: {output …}}, run}` with the members that `reads` name; claim checks under them loaded. */
export function contextOf(reads: readonly (readonly string[])[], scope: Scope): Evaluation<JsonObject> {
  const roots = new Map<string, Root>();
  for (const path of reads) {
    const found = scope.root(path);
    if (found === undefined) continue;
    const keys = path.slice(0, found.depth);
    const id = keys.join('.');
    const root = roots.get(id) ?? { keys, payload: found.payload, rests: [] };
    root.rests.push(path.slice(found.depth));
    roots.set(id, root);
  }
  const needs: BlobRef[] = [];
  const context: MutableTree = {};
  for (const root of roots.values()) {
    const value = valueOf(root, scope, needs);
    place(context, root.keys, value);
  }
  return needs.length > 0 ? { ok: false, needs } : { ok: true, value: context };
}

interface MutableTree {
  [key: string]: MutableTree | Json;
}

function place(tree: MutableTree, keys: readonly string[], value: Json): void {
  const [key = '', ...rest] = keys;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  // Step ids cannot be `__proto__` (reserved when the file is read), but `toString`: what objects inherit is no branch.
  if (!Object.hasOwn(tree, key)) tree[key] = {};
  place(tree[key] as MutableTree, rest, value);
}

/** The root's value with every claim check replaced that lies on a read path or below its end. */
function valueOf(root: Root, scope: Scope, needs: BlobRef[]): Json {
  const { refs } = root.payload;
  if (refs === undefined) return root.payload.value;
  const ends = root.rests.map((rest) => rest.map((key) => `/${escapePointer(key)}`).join(''));
  let value = root.payload.value;
  for (const { at, ref } of refs) {
    if (!ends.some((end) => covers(at, end) || covers(end, at))) continue;
    const loaded = scope.blobs.get(ref.digest);
    if (loaded === undefined) needs.push(ref);
    else value = replaceAt(value, pointerSegments(at), loaded);
  }
  return value;
}

const covers = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
