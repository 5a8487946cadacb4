import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromWire, operatorTopics, parseOperatorCall, toWire, type OperatorCall } from './operator-call.ts';
import { type JsonObject } from './json.ts';

const runId = 'abcdefghjkmnpqrstvwxyz0123';
const digest = `sha256:${'0a'.repeat(32)}`;
const record = { topic: 'workflow.request', key: 'k', value: 'AP8=', headers: [['h', 'dA==']] };
const read = (call: unknown): OperatorCall | string => {
  const parsed = parseOperatorCall(call);
  return parsed.ok ? parsed.value : parsed.problem;
};

describe('a call of the operator', () => {
  const calls: readonly JsonObject[] = [
    { op: 'publish', records: [] },
    { op: 'publish', records: [record, { ...record, topic: 'workflow.command', headers: [] }] },
    { op: 'publish', records: [{ ...record, value: '', headers: [['', '']] }] },
    { op: 'topics' },
    { op: 'run', runId },
    { op: 'runs', filter: { limit: 1 } },
    {
      op: 'runs',
      filter: { limit: 1000, status: 'failed', workflow: 'w'.repeat(1000), idPrefix: 'a'.repeat(26) },
    },
    { op: 'runs', filter: { limit: 2, idPrefix: '0z' } },
    { op: 'history', runId, after: 0 },
    { op: 'history', runId, after: 7 },
    { op: 'definition', digest: 'd'.repeat(1000) },
    { op: 'active', name: 'n'.repeat(1000) },
    { op: 'definitions' },
    { op: 'definitions', name: 'shop' },
    { op: 'blob', tenant: 'acme', runId, digest, bytes: 20_000 },
    { op: 'blob', tenant: 'acme', runId, digest, bytes: 0 },
  ];
  for (const call of calls)
    it(`is taken as it is: ${JSON.stringify(call).slice(0, 80)}`, () => {
      assert.deepEqual(read(call), call);
    });

  it('loses what is not part of it', () => {
    assert.deepEqual(read({ op: 'topics', more: 1 }), { op: 'topics' });
    assert.deepEqual(read({ op: 'runs', filter: { limit: 5, more: 1 } }), {
      op: 'runs',
      filter: { limit: 5 },
    });
    assert.deepEqual(read({ op: 'publish', records: [{ ...record, more: 1 }] }), {
      op: 'publish',
      records: [record],
    });
    assert.deepEqual(read({ op: 'definitions', name: 7 }), { op: 'definitions' });
  });

  it('of an unknown kind is told what there is (OC2)', () => {
    const known = 'op: publish, topics, run, runs, history, definition, active, definitions or blob';
    for (const call of [{}, { op: 'delete' }, { op: 1 }, { op: 'Topics' }]) assert.equal(read(call), known);
    for (const call of [undefined, null, 'topics', ['topics'], 7])
      assert.equal(read(call), 'an object with a member op');
  });
});

describe('what a call must hold', () => {
  const run = 'runId: the id of a run';
  const filter = 'filter: limit from 1 to 1000, and perhaps status, workflow, idPrefix';
  const records = 'records of topic, key, value and headers, bytes as base64';
  const refused: readonly (readonly [expected: string, ...calls: readonly JsonObject[]])[] = [
    [run, { op: 'run' }, { op: 'run', runId: 7 }, { op: 'run', runId: `${runId}0` }],
    [run, { op: 'history', runId: '', after: 0 }, { op: 'blob', tenant: 'acme', digest, bytes: 1 }],
    ['after: a version, from 0', { op: 'history', runId }, { op: 'history', runId, after: -1 }],
    ['after: a version, from 0', { op: 'history', runId, after: 0.5 }, { op: 'history', runId, after: '0' }],
    ['after: a version, from 0', { op: 'history', runId, after: 2 ** 53 }],
    ['digest: text', { op: 'definition' }, { op: 'definition', digest: 'd'.repeat(1001) }],
    ['name: text', { op: 'active' }, { op: 'active', name: 'n'.repeat(1001) }, { op: 'active', name: ['n'] }],
    ['tenant: the name of a tenant', { op: 'blob', runId, digest, bytes: 1 }],
    ['tenant: the name of a tenant', { op: 'blob', tenant: '../up', runId, digest, bytes: 1 }],
    ['digest: sha256:…', { op: 'blob', tenant: 'acme', runId, bytes: 1 }],
    ['digest: sha256:…', { op: 'blob', tenant: 'acme', runId, digest: `${digest}0`, bytes: 1 }],
    ['bytes: how many', { op: 'blob', tenant: 'acme', runId, digest }],
    ['bytes: how many', { op: 'blob', tenant: 'acme', runId, digest, bytes: -1 }],
    [filter, { op: 'runs' }, { op: 'runs', filter: {} }, { op: 'runs', filter: { limit: '5' } }],
    [filter, { op: 'runs', filter: { limit: 0 } }, { op: 'runs', filter: { limit: 1001 } }],
    [filter, { op: 'runs', filter: { limit: 5, status: 'lost' } }],
    [filter, { op: 'runs', filter: { limit: 5, workflow: 7 } }],
    [filter, { op: 'runs', filter: { limit: 5, workflow: 'w'.repeat(1001) } }],
    [filter, { op: 'runs', filter: { limit: 5, idPrefix: 7 } }],
    [filter, { op: 'runs', filter: { limit: 5, idPrefix: '' } }],
    [filter, { op: 'runs', filter: { limit: 5, idPrefix: 'a'.repeat(27) } }],
    [filter, { op: 'runs', filter: { limit: 5, idPrefix: 'a:' } }, { op: 'runs', filter: { limit: 5, idPrefix: ':a' } }],
    ['records: a list', { op: 'publish' }, { op: 'publish', records: {} }],
    [records, ...['', null, []].map((one) => ({ op: 'publish', records: [one] }))],
    [records, { op: 'publish', records: [record, { ...record, key: null }] }],
    [records, { op: 'publish', records: [{ ...record, topic: 7 }] }],
    [records, ...['a', 'AP8', 'AP8=AP8=', ' AP8', '!P8=', 'A===', 7].map((value) => ({ op: 'publish', records: [{ ...record, value }] }))],
    [records, ...[{}, [['h']], [[7, 'dA==']], ['h'], [['h', 'dA=']], [null]].map((headers) => ({ op: 'publish', records: [{ ...record, headers }] }))],
  ]; // prettier-ignore
  for (const [expected, ...calls] of refused)
    for (const call of calls)
      it(`else it is told "${expected}": ${JSON.stringify(call).slice(0, 90)}`, () => {
        assert.equal(read(call), expected);
      });

  it('is a topic that people may write to, for what is published (OC1)', () => {
    assert.deepEqual(operatorTopics, ['workflow.request', 'workflow.command']);
    for (const topic of ['workflow.step.response', 'workflow.output', 'workflow.dlq', 'other'])
      assert.equal(
        read({ op: 'publish', records: [record, { ...record, topic }] }),
        'records for workflow.request or workflow.command',
      );
  });
});

describe('a record on its way to the operator', () => {
  it('keeps every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const outgoing = { topic: 'workflow.request', key: 'k', value: bytes, headers: [['h', bytes]] } as const;
    const wire = toWire(outgoing);
    assert.equal(wire.value, Buffer.from(bytes).toString('base64'));
    assert.deepEqual(read({ op: 'publish', records: [wire] }), { op: 'publish', records: [wire] });
    assert.deepEqual(fromWire(wire), outgoing);
  });
});
