/**
 * What senders are told about events that cannot be taken in, word for word. `fixtures/refused-events.txt` is meant to
 * be read: on one line what was wrong with a good event, on the next what Baton says.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeEvent } from './cloud-event.ts';
import {
  parseCancel,
  parseOutcome,
  parseOutput,
  parseStartRequest,
  parseTask,
  parseWake,
} from './event-data.ts';
import { type JsonObject } from './json.ts';
import { recordsOf } from './kafka-records.ts';

const good = { specversion: '1.0', id: '1', source: '/shop', type: 'dev.baton.workflow.requested.v1' };
const refs = [{ at: '', ref: { digest: `sha256:${'0a'.repeat(32)}`, bytes: 20_000 } }];
const record = { topic: 't', partition: 0, offset: 0, timestamp: 1, timestampType: 'CREATE_TIME', key: null, value: null, headers: [] }; // prettier-ignore
const batch = { eventSource: 'aws:kafka', bootstrapServers: 'b:9092', records: { 't-0': [] } };
const goodData: Readonly<Record<string, JsonObject>> = {
  start: { workflow: 'shop' },
  cancel: { by: 'ada' },
  wake: { wakeSentAt: 1 },
  task: { agent: 'a', workflow: { name: 'w', version: '1.0.0', digest: 'd' }, input: {} },
  completed: { output: null, refs },
  output: { workflow: 'w', outputs: {} },
};

type Told = { readonly ok: boolean; readonly problem?: { readonly code: string; readonly message: string } };
const readers: Readonly<Record<string, (given: JsonObject) => Told>> = {
  event: (change) => decodeEvent({ value: Buffer.from(JSON.stringify({ ...good, ...change })), headers: [] }),
  text: ({ text }) => decodeEvent({ value: Buffer.from(text as string), headers: [] }),
  headers: ({ body, ...headers }) =>
    decodeEvent({
      value: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? good)),
      headers: Object.entries(headers).map(([name, value]) => [name, Buffer.from(value as string)] as const),
    }),
  record: (change) => recordsOf({ ...batch, records: { 't-0': [{ ...record, ...change }] } }),
  batch: (change) => recordsOf({ ...batch, ...change }),
  start: (change) => parseStartRequest({ ...goodData['start'], ...change }),
  cancel: (change) => parseCancel({ ...goodData['cancel'], ...change }),
  wake: (change) => parseWake({ ...goodData['wake'], ...change }),
  task: (change) => parseTask({ ...goodData['task'], ...change }),
  completed: (change) => parseOutcome('dev.baton.step.completed.v1', { ...goodData['completed'], ...change }),
  failed: (change) => parseOutcome('dev.baton.step.failed.v1', change),
  output: (change) => parseOutput('dev.baton.run.completed.v1', { ...goodData['output'], ...change }),
};

const lines = readFileSync(new URL('./fixtures/refused-events.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

test('each line has its answer', () =>
  assert.ok(lines.length > 150 && lines.length % 2 === 0, `${lines.length}`));

for (const [index, line] of lines.entries()) {
  if (index % 2 === 1) continue;
  test(line.slice(0, 120), () => {
    const [, kind = '', given = '{}'] = /^(\w+) (.*)$/.exec(line) ?? [];
    const whole = given.replace(/x\{(\d+)\}/g, (_, count) => 'x'.repeat(Number(count)));
    const answer = readers[kind]?.(JSON.parse(whole) as JsonObject);
    assert.ok(answer !== undefined && !answer.ok);
    const now = `  ${answer.problem?.code}: ${answer.problem?.message}`;
    assert.equal(now, lines[index + 1], 'if this change is meant, correct core/fixtures/refused-events.txt');
  });
}
