/** What the published schemas say of parts that many events share; that they agree with the parsers is tested beside those. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventCatalog, type EventType } from './event-catalog.ts';
import { type Json, type JsonObject } from './json.ts';

const ajv = new Ajv2020();
const accepts = (type: EventType, data: Json): boolean => ajv.validate(eventCatalog[type].data, data);

const failure: JsonObject = { code: 'LLM_RATE', message: 'm', retryable: true };
const failed = (change: JsonObject): boolean =>
  accepts('dev.baton.step.failed.v1', { failure: { ...failure, ...change } });
const task: JsonObject = { agent: 'a', workflow: { name: 'w', version: '1', digest: 'd' }, input: {} };
const withSecrets = (...secrets: readonly Json[]): boolean =>
  accepts('dev.baton.step.requested.v1', { ...task, secrets });
const digest = `sha256:${'0a'.repeat(32)}`;
const withRef = (ref: Json): boolean =>
  accepts('dev.baton.step.completed.v1', { output: null, refs: [{ at: '', ref }] });

test('the schema of a failure needs code, message and retryable, each of its kind', () => {
  assert.ok(failed({}));
  assert.ok(failed({ details: [1], retryAfterMs: 0, other: 1 }));
  for (const name of ['code', 'message', 'retryable']) {
    const { [name]: _, ...rest } = failure;
    assert.equal(accepts('dev.baton.step.failed.v1', { failure: rest }), false, name);
  }
  for (const change of [
    ...['a', 'A', '1A', 'lower', 'A-B', `A${'B'.repeat(64)}`, 1].map((code) => ({ code })),
    { message: 'm'.repeat(4097) },
    { message: 1 },
    { retryable: 'no' },
    { retryAfterMs: -1 },
    { retryAfterMs: '1' },
  ])
    assert.equal(failed(change), false, JSON.stringify(change).slice(0, 80));
  assert.ok(failed({ code: `A${'B'.repeat(63)}`, message: 'm'.repeat(4096) }));
});

test('the schema of a claim check needs a digest and a number of bytes, and nothing else', () => {
  assert.ok(withRef({ digest, bytes: 0 }));
  for (const ref of [{ digest }, { bytes: 1 }, { digest, bytes: 1, more: 1 }, { digest, bytes: 0.5 }])
    assert.equal(withRef(ref), false, JSON.stringify(ref));
  for (const other of [`${digest}0`, `0${digest}`, digest.toUpperCase()])
    assert.equal(withRef({ digest: other, bytes: 1 }), false, other);
});

test('the schema of a secret needs its place and its name', () => {
  assert.ok(withSecrets({ at: '', name: 'KEY' }, { at: '/a', name: 'OTHER', more: 1 }));
  for (const secret of [{ at: '' }, { name: 'KEY' }, { at: 1, name: 'KEY' }, { at: '', name: '' }, 'KEY'])
    assert.equal(withSecrets(secret), false, JSON.stringify(secret));
});

test('every event, and every part whose name does not say it, is described', () => {
  for (const [type, { description }] of Object.entries(eventCatalog)) assert.match(description, /\.$/, type);
  const { refs, secrets } = eventCatalog['dev.baton.step.requested.v1'].data['properties'] as Readonly<
    Record<string, { readonly description?: string }>
  >;
  assert.match(refs?.description ?? '', /^Claim checks: the places .* hold null here/);
  assert.match(secrets?.description ?? '', /^Where the workflow refers to secrets by name/);
});
