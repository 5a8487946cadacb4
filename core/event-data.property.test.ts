import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { eventCatalog, type EventType } from './event-catalog.ts';
import {
  parseCancel,
  parseOutcome,
  parseOutput,
  parseStartRequest,
  parseTask,
  parseWake,
} from './event-data.ts';
import { type Result } from './failure.ts';
import { parseDecision } from './approval-data.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { valueAt } from './json-pointer.ts';

const ajv = new Ajv2020({ allErrors: true });
const schemas = new Map<string, ValidateFunction>(
  Object.entries(eventCatalog).map(([type, entry]) => [type, ajv.compile(entry.data)]),
);
const parsers: Readonly<Record<EventType, (data: Json) => Result<unknown>>> = {
  'dev.baton.workflow.requested.v1': parseStartRequest,
  'dev.baton.run.cancel.v1': parseCancel,
  'dev.baton.approval.decided.v1': parseDecision,
  'dev.baton.run.wake.v1': parseWake,
  'dev.baton.step.requested.v1': parseTask,
  'dev.baton.step.completed.v1': (data) => parseOutcome('dev.baton.step.completed.v1', data),
  'dev.baton.step.failed.v1': (data) => parseOutcome('dev.baton.step.failed.v1', data),
  'dev.baton.run.completed.v1': (data) => parseOutput('dev.baton.run.completed.v1', data),
  'dev.baton.run.failed.v1': (data) => parseOutput('dev.baton.run.failed.v1', data),
  'dev.baton.run.cancelled.v1': (data) => parseOutput('dev.baton.run.cancelled.v1', data),
};

const digest = `sha256:${'0a'.repeat(32)}`;
const goodRef = { at: '', ref: { digest, bytes: 20_000 } };
const refs = fc.oneof(
  fc.constantFrom<Json>(
    [],
    [goodRef],
    [goodRef, goodRef],
    [{ ...goodRef, at: '/a' }],
    [{ ...goodRef, more: 1 }],
    {},
  ),
  fc.constantFrom<Json>([{ at: '', ref: { digest, bytes: -1 } }], [{ at: '', ref: { digest, bytes: 1.5 } }]),
  fc.constantFrom<Json>(
    [{ at: '', ref: { digest: 'sha256:x', bytes: 1 } }],
    [{ at: 1, ref: goodRef.ref }],
    ['x'],
    [null],
  ),
  fc.constantFrom<Json>(
    [{ at: '', ref: { ...goodRef.ref, more: 1 } }],
    [{ at: '' }],
    [{ at: '', ref: null }],
  ),
);
const text = fc.oneof(
  fc.constantFrom(
    'a',
    'design@^1',
    'x'.repeat(1024),
    'x'.repeat(1025),
    '😀'.repeat(1024),
    '😀'.repeat(1025),
    '',
    '@',
    'a@',
  ),
  fc.string(),
);
const failures = fc.oneof(
  fc.constantFrom<Json>(
    { code: 'AGENT_THREW', message: 'm', retryable: true },
    { code: 'bad', message: 'm', retryable: false },
  ),
  fc.constantFrom<Json>({ code: 'MY_CODE', message: 'x'.repeat(4097), retryable: false, details: [1] }, {}),
  fc.constantFrom<Json>(
    { code: 'MY_CODE', message: '', retryable: true, retryAfterMs: 1 },
    { code: 'A1', message: 1, retryable: 1 },
  ),
);
const value: fc.Arbitrary<Json> = fc
  .oneof(
    fc.constant(null),
    fc.constantFrom({}, { a: null }, { a: 'b' }, 1, 1.5, -1, 0, true, []),
    text,
    fc.jsonValue(),
  )
  .map((any) => JSON.parse(JSON.stringify(any)) as Json);
const workflow = fc.oneof(
  text,
  value,
  fc.record({ name: text, version: text, digest: text }),
  fc.record({ name: value, version: text }),
);
const members = {
  workflow,
  input: value,
  output: value,
  outputs: value,
  refs,
  usage: value,
  retryOf: fc.oneof(text, value),
  labels: fc.oneof(value, fc.dictionary(fc.string(), fc.oneof(fc.string(), value))),
  by: fc.oneof(text, value),
  reason: fc.oneof(text, value),
  wakeSentAt: fc.oneof(fc.integer(), fc.double(), value),
  agent: fc.oneof(text, value),
  failure: fc.oneof(failures, value),
  step: fc.oneof(text, value),
  decision: fc.oneof(fc.constantFrom('approved', 'rejected', 'approve'), value),
  comment: fc.oneof(text, value),
  unknown: value,
};
const ref = { name: 'w', version: '1', digest: 'd' };
const good: JsonObject = {
  input: {},
  output: null,
  outputs: null,
  by: 'me',
  wakeSentAt: 1,
  agent: 'a',
  failure: {},
  step: 's',
  decision: 'approved',
};

/** Any JSON; any members; and what is valid but for up to three members. */
const datasOf = (type: string): fc.Arbitrary<Json> =>
  fc
    .oneof(
      value,
      fc.record(members, { requiredKeys: [] }),
      fc
        .tuple(fc.record(members), fc.subarray(Object.keys(members), { maxLength: 3 }), fc.boolean())
        .map(([any, names, drop]) => {
          const valid: JsonObject = { ...good, workflow: type === 'dev.baton.step.requested.v1' ? ref : 'w' };
          const changed = Object.entries(any).filter(([name]) => names.includes(name));
          const kept = Object.entries(valid).filter(([name]) => !drop || !names.includes(name));
          return Object.fromEntries(drop ? kept : [...kept, ...changed]);
        }),
    )
    .map((any) => JSON.parse(JSON.stringify(any)) as Json);

for (const [type, parse] of Object.entries(parsers)) {
  test(`the parser of ${type} accepts what the catalog's schema accepts, and nothing else`, () => {
    const validate = schemas.get(type);
    assert.ok(validate);
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(datasOf(type), (data) => {
        const bySchema = validate(data);
        const errors = (validate.errors ?? []).filter((error) => !isClamped(error.instancePath, data));
        const expected = (bySchema || errors.length === 0) && refsArePlaced(type, data);
        const parsed = parse(data);
        assert.equal(parsed.ok, expected, `${JSON.stringify(data).slice(0, 300)} ${JSON.stringify(errors)}`);
        if (!parsed.ok) assert.equal(parsed.problem.code, 'REQUEST_INVALID');
        seen[expected ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: 1000 },
    );
    assert.ok(seen.accepted > 50 && seen.refused > 50, JSON.stringify(seen));
  });
}

/** ED3: what is wrong inside a failure is mended, not refused. */
const isClamped = (path: string, data: Json): boolean =>
  (path === '/failure' || path.startsWith('/failure/')) &&
  isJsonObject(data) &&
  isJsonObject(data['failure']);

/** ED2, said once more: each reference points at a null of the payload, and no two at the same one. */
function refsArePlaced(type: string, data: Json): boolean {
  const member = payloadMembers.get(type);
  if (member === undefined || !isJsonObject(data) || !Array.isArray(data['refs'])) return true;
  const places = (data['refs'] as readonly { readonly at: string }[]).map((ref) => ref.at);
  return (
    new Set(places).size === places.length && places.every((at) => valueAt(data[member] ?? null, at) === null)
  );
}

const payloadMembers: ReadonlyMap<string, string> = new Map([
  ['dev.baton.step.requested.v1', 'input'],
  ['dev.baton.step.completed.v1', 'output'],
  ['dev.baton.run.completed.v1', 'outputs'],
]);
