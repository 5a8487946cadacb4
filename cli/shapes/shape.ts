/** What the shapes of answers are made of: JSON Schema (2020-12), closed unless said otherwise. */
import { type JsonObject } from '#core/json.ts';

export interface Shape {
  /** `document`: stdout is one; `lines`: each line of it is one. */
  readonly form: 'document' | 'lines';
  readonly description: string;
  readonly schema: JsonObject;
}

type Members = Readonly<Record<string, JsonObject>>;

/** Members whose name ends in `?` may be missing; no others may be there. */
export function object(members: Members, options: { readonly open?: boolean } = {}): JsonObject {
  const entries = Object.entries(members);
  return {
    type: 'object',
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    additionalProperties: options.open === true,
  };
}

export const list = (items: JsonObject): JsonObject => ({ type: 'array', items });
export const oneOf = (...schemas: readonly JsonObject[]): JsonObject => ({ oneOf: [...schemas] });
export const choice = (...values: readonly string[]): JsonObject => ({ enum: [...values] });
export const map = (values: JsonObject): JsonObject => ({ type: 'object', additionalProperties: values });
/** Any JSON value. */
export const anything: JsonObject = {};
export const text: JsonObject = { type: 'string' };
export const count: JsonObject = { type: 'integer', minimum: 0 };
export const flag: JsonObject = { type: 'boolean' };

export const time: JsonObject = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
  description: 'ISO 8601, UTC.',
};
export const runId: JsonObject = { type: 'string', pattern: '^[0-9a-hjkmnp-tv-z]{26}$' };
export const digest: JsonObject = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };

export const failure: JsonObject = object({
  code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,63}$' },
  message: text,
  retryable: flag,
  'details?': anything,
  'retryAfterMs?': { type: 'number', minimum: 0 },
});
