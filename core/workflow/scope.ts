/**
 * What expressions can see: the run's values, some of which may be claim checks.
 * S1. Only own properties are ever read.   S2. A claim check is loaded only where its content is looked at.
 * S3. Values of the scope are data: nothing in them is evaluated.
 */
import { echoed } from '../redact.ts';
import { type Failure, failure } from '../failure.ts';
import { isJsonObject, type Json } from '../json.ts';
import { type BlobRef, type Payload, type PlacedRef } from '../payload.ts';

/** A value; or what prevented it; or the claim checks to load (and verify) before asking again. */
export type Evaluation<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Failure }
  | { readonly ok: false; readonly needs: readonly BlobRef[] };

export interface StepView {
  /** `{value: null}` of a step that was skipped, failed or is not finished. */
  readonly output: Payload;
  readonly status: string;
  readonly error: Json;
  readonly attempts: number;
}

export interface ScopeParts {
  readonly inputs: Payload;
  /** Looked up only for steps that an expression reads; `undefined`: the step has not begun. */
  readonly step: (id: string) => StepView | undefined;
  readonly run: { readonly id: string; readonly startedAt: Json };
  /** Loaded claim checks by digest. */
  readonly blobs: ReadonlyMap<string, Json>;
}

export interface Scope {
  readonly blobs: ReadonlyMap<string, Json>;
  /** The payload that a path starts in, and how many of the path's segments lead to it. */
  root(path: readonly string[]): { readonly payload: Payload; readonly depth: number } | undefined;
}

const notBegun: StepView = { output: { value: null }, status: 'waiting', error: null, attempts: 0 };

export function makeScope(parts: ScopeParts): Scope {
  return {
    blobs: parts.blobs,
    root(path) {
      if (path[0] === 'inputs') return { payload: parts.inputs, depth: 1 };
      if (path[0] === 'run' && (path[1] === 'id' || path[1] === 'startedAt'))
        return { payload: { value: parts.run[path[1]] }, depth: 2 };
      if (path[0] !== 'steps' || path[1] === undefined) return undefined;
      const payload = fieldOf(parts.step(path[1]) ?? notBegun, path[2]);
      return payload && { payload, depth: 3 };
    },
  };
}

function fieldOf(step: StepView, field: string | undefined): Payload | undefined {
  switch (field) {
    case 'output':
      return step.output;
    case 'status':
    case 'error':
    case 'attempts':
      return { value: step[field] };
    case undefined:
    default:
      return undefined;
  }
}

/** The value at a path with its claim checks as they are; a check is loaded only if the path leads into it (S2). */
export function readPath(scope: Scope, path: readonly string[]): Evaluation<Payload> {
  const root = scope.root(path);
  if (root === undefined) return { ok: false, problem: noSuchKey(path, 0, null) };
  let value = root.payload.value;
  let refs = root.payload.refs;
  let pointer = '';
  for (let depth = root.depth; depth < path.length; depth += 1) {
    const here = refs?.find((placed) => placed.at === pointer);
    if (here !== undefined) {
      const loaded = scope.blobs.get(here.ref.digest);
      if (loaded === undefined) return { ok: false, needs: [here.ref] };
      value = loaded;
      refs = undefined;
    }
    const key = path[depth] ?? '';
    const child = childOf(value, key);
    if (child === undefined) return { ok: false, problem: noSuchKey(path, depth, value) };
    value = child;
    if (refs !== undefined) pointer += `/${escapePointer(key)}`;
  }
  const below = refs && refsBelow(refs, pointer);
  return { ok: true, value: below === undefined || below.length === 0 ? { value } : { value, refs: below } };
}

/** A payload as plain JSON: every claim check in it replaced by what it stands for. */
export function inlined(payload: Payload, blobs: ReadonlyMap<string, Json>): Evaluation<Json> {
  const { refs } = payload;
  if (refs === undefined) return { ok: true, value: payload.value };
  const needs = refs.map((placed) => placed.ref).filter((ref) => !blobs.has(ref.digest));
  if (needs.length > 0) return { ok: false, needs };
  let value = payload.value;
  for (const placed of refs)
    value = replaceAt(value, pointerSegments(placed.at), blobs.get(placed.ref.digest) ?? null);
  return { ok: true, value };
}

/** Own members of objects and elements of lists; anything else has none (S1). */
export function childOf(value: Json, key: string): Json | undefined {
  if (isJsonObject(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  if (!isList(value)) return undefined;
  return /^(?:0|[1-9]\d{0,9})$/.test(key) ? value[Number(key)] : undefined;
}

export function replaceAt(value: Json, segments: readonly string[], replacement: Json): Json {
  const [key, ...rest] = segments;
  if (key === undefined) return replacement;
  const child = replaceAt(childOf(value, key) ?? null, rest, replacement);
  if (isList(value)) return value.map((item, index) => (index === Number(key) ? child : item));
  return isJsonObject(value) ? { ...value, [key]: child } : value;
}

export const escapePointer = (key: string): string =>
  /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;

export const pointerSegments = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The claim checks at or below a place, their places now relative to it. */
const refsBelow = (refs: readonly PlacedRef[], pointer: string): readonly PlacedRef[] =>
  refs
    .filter((placed) => placed.at === pointer || placed.at.startsWith(`${pointer}/`))
    .map((placed) => ({ at: placed.at.slice(pointer.length), ref: placed.ref }));

/** `depth`: index in `path` of the key that is missing from `container`. */
export function noSuchKey(path: readonly string[], depth: number, container: Json): Failure {
  const where = path.slice(0, depth).join('.');
  const key = path[depth] ?? '';
  return failure(
    'EXPR_NO_SUCH_KEY',
    `no key '${echoed(key)}' in ${where === '' ? 'the scope' : where}, which ${describe(container)}; ` +
      `expected a key that is there. Correct the path, or guard it: has(${path.slice(0, depth + 1).join('.')}) ? … : …`,
    { details: { path: [...path], missing: key, available: keysOf(container) } },
  );
}

function describe(container: Json): string {
  if (container === null) return 'is null (a skipped step has no output)';
  if (isList(container)) return `is a list of ${container.length}`;
  if (!isJsonObject(container)) return `is a ${typeof container}`;
  const keys = keysOf(container);
  return keys.length === 0 ? 'has no keys' : `has: ${keys.join(', ')}`;
}

const keysOf = (container: Json): readonly string[] =>
  isJsonObject(container) ? Object.keys(container).slice(0, 20).map(echoed) : [];

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
