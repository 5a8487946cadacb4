/**
 * Secrets travel as `{secretRef: NAME}` and are put in their place just before the call, where the agent runs.
 * SE1. Only where the definition itself refers to a secret: a like shape in upstream data stays data.
 * SE2. A resolved value never leaves: not in an output, a failure or a log line. Its place shows `[secret NAME]`.
 */
import { failure, no, ok, type Failure, type Result } from '#core/failure.ts';
import { valueAt } from '#core/json-pointer.ts';
import { isJsonObject, type Json } from '#core/json.ts';
import { type PlacedSecret } from '#core/payload.ts';
import { pointerSegments, replaceAt } from '#core/workflow/scope.ts';

export interface Resolved {
  readonly input: Json;
  /** By name. Empty for most inputs. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Every reference in its place, or `SECRET_MISSING` with the names that are not set. */
export function resolveSecrets(
  input: Json,
  placed: readonly PlacedSecret[],
  secret: (name: string) => string | undefined,
): Result<Resolved> {
  const there = placed.filter(({ at, name }) => nameOf(valueAt(input, at)) === name);
  const secrets = new Map<string, string>();
  for (const { name } of there) {
    const value = secret(name);
    if (value !== undefined && value !== '') secrets.set(name, value);
  }
  const missing = there.map(({ name }) => name).filter((name) => !secrets.has(name));
  if (missing.length > 0) return no(missingFailure([...new Set(missing)]));
  return ok({ input: put(input, there, (name) => secrets.get(name) ?? ''), secrets });
}

/** The input as it may be shown: each reference as `[secret NAME]`. */
export const maskSecrets = (input: Json, placed: readonly PlacedSecret[]): Json =>
  put(input, placed, (name) => `[secret ${name}]`);

/** `value` with every occurrence of a resolved secret masked, in texts and keys. */
export function withoutSecrets<T extends Json | Failure>(value: T, secrets: ReadonlyMap<string, string>): T {
  return secrets.size === 0 ? value : (mask(value as Json, secrets) as T);
}

function mask(value: Json, secrets: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return maskText(value, secrets);
  if (isList(value)) return value.map((item) => mask(item, secrets));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [maskText(key, secrets), mask(member, secrets)]),
  );
}

function maskText(text: string, secrets: ReadonlyMap<string, string>): string {
  let masked = text;
  // Longest first: the rest of a secret that contains another must not stay.
  for (const [name, secret] of [...secrets].sort(([, a], [, b]) => b.length - a.length)) {
    masked = masked.replaceAll(secret, `[secret ${name}]`);
    masked = maskCut(masked, name, secret);
  }
  return masked;
}

/** Texts are cut with an ellipsis: a secret may have been cut in the middle. */
function maskCut(text: string, name: string, secret: string): string {
  if (!text.endsWith('…')) return text;
  const body = text.slice(0, -1);
  for (let length = Math.min(secret.length - 1, body.length); length >= 4; length -= 1) {
    if (body.endsWith(secret.slice(0, length))) return `${body.slice(0, -length)}[secret ${name}]…`;
  }
  return text;
}

const put = (input: Json, placed: readonly PlacedSecret[], text: (name: string) => string): Json =>
  placed.reduce((value, { at, name }) => replaceAt(value, pointerSegments(at), text(name)), input);

/** A reference has that one key and nothing beside it. */
function nameOf(value: Json | undefined): string | undefined {
  if (!isJsonObject(value) || typeof value.secretRef !== 'string') return undefined;
  return Object.keys(value).length === 1 ? value.secretRef : undefined;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const missingFailure = (names: readonly string[]): Failure =>
  failure(
    'SECRET_MISSING',
    `a referenced secret is not set: got ${names.map((name) => JSON.stringify(name.slice(0, 64))).join(', ')}, expected a value where the agent runs. Set BATON_SECRET_<NAME> there.`,
  );
