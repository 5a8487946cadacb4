import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { decisionData } from '#core/approval-data.ts';
import { encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { eventCatalog, isEventType } from '#core/event-catalog.ts';
import { outcomeData, outputData, taskData } from '#core/event-data.ts';
import { failure } from '#core/failure.ts';
import { type Json, type JsonObject } from '#core/json.ts';
import { eventSchemaFiles, eventSchemasFolder } from './generate-event-schemas.ts';

test('schemas/events is what the catalog gives', async () => {
  const expected = await eventSchemaFiles();
  assert.deepEqual(readdirSync(eventSchemasFolder).sort(), [...expected.keys()].sort());
  for (const [name, content] of expected) {
    const onDisk = readFileSync(join(eventSchemasFolder, name), 'utf8');
    assert.equal(onDisk, content, `${name} is stale: run node scripts/generate-event-schemas.ts`);
  }
});

// Formats are named for readers and generators; here the codec itself checks them.
const ajv = new Ajv2020({ allErrors: true, validateFormats: false, allowUnionTypes: true });
const read = (type: string): JsonObject =>
  JSON.parse(readFileSync(join(eventSchemasFolder, `${type}.schema.json`), 'utf8')) as JsonObject;

const step = { runid: 'r', stepid: 's', attempt: 1, capability: 'v1.k.1.x', subject: 'r' };
const task = { agent: 'a', workflow: { name: 'w', version: '1.0.0', digest: 'd' }, input: { value: {} } };
const boom = failure('AGENT_THREW', 'boom');
const written: readonly Omit<BatonEvent, 'id' | 'source'>[] = [
  {
    type: 'dev.baton.workflow.requested.v1',
    data: { workflow: 'w', input: {} },
    extensions: { partitionkey: 'k' },
  },
  { type: 'dev.baton.run.cancel.v1', subject: 'r', data: { by: 'me' } },
  {
    type: 'dev.baton.approval.decided.v1',
    subject: 'r',
    data: decisionData({ step: 's', decision: 'approved', by: 'me', comment: 'c' }),
  },
  { type: 'dev.baton.run.wake.v1', subject: 'r', data: { wakeSentAt: 1 } },
  { type: 'dev.baton.step.requested.v1', ...step, data: taskData(task), expirytime: '2026-01-01T00:00:00Z' },
  { ...step, ...outcomeData({ status: 'completed', output: { value: 1 } }) },
  { ...step, ...outcomeData({ status: 'failed', failure: boom }) },
  { subject: 'r', ...outputData('w', { status: 'completed', outputs: { value: {} } }) },
  { subject: 'r', ...outputData('w', { status: 'failed', failure: boom }) },
  { subject: 'r', ...outputData('w', { status: 'cancelled', by: 'me' }) },
];

test('an event of every type, as it is written, fits its schema and no other', () => {
  assert.deepEqual(written.map((event) => event.type).sort(), Object.keys(eventCatalog).sort());
  const validators = written.map((event) => [event.type, ajv.compile(read(event.type))] as const);
  for (const event of written) {
    assert.ok(isEventType(event.type));
    const { value } = encodeEvent({ id: '1', source: '/test', ...event });
    const json = JSON.parse(Buffer.from(value).toString()) as Json;
    const fitting = validators.filter(([, validate]) => validate(json)).map(([type]) => type);
    assert.deepEqual(fitting, [event.type]);
  }
});

test('the schemas refuse what the codec refuses of attributes', () => {
  const validate = ajv.compile({ ...read('dev.baton.run.wake.v1'), $id: 'urn:baton:test' });
  const good = {
    specversion: '1.0',
    id: '1',
    source: '/t',
    type: 'dev.baton.run.wake.v1',
    subject: 'r',
    data: { wakeSentAt: 1 },
  };
  assert.ok(validate(good));
  for (const change of [
    { specversion: '0.3' },
    { id: '' },
    { 'Trace-Id': 'x' },
    { other: {} },
    { other: 1.5 },
    { attempt: 0 },
  ])
    assert.ok(!validate({ ...good, ...change }), JSON.stringify(change));
});
