import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEvent } from './cloud-event.ts';

const good = { specversion: '1.0', id: '1', source: '/shop', type: 'dev.baton.workflow.requested.v1' };
const read = (data: string): unknown => {
  const value = Buffer.from(JSON.stringify({ ...good, data_base64: Buffer.from(data).toString('base64') }));
  const decoded = decodeEvent({ value, headers: [] });
  return decoded.ok ? decoded.value.data : `${decoded.problem.code} at ${decoded.problem.path ?? 'no place'}`;
};

test('what is wrong in data sent as base64 is told with its place under data_base64', () => {
  assert.deepEqual(read('{"a":1}'), { a: 1 });
  assert.equal(read('{"a":{"constructor":1}}'), 'CE_FORBIDDEN_KEY at /data_base64/a/constructor');
  assert.equal(read('[1e999]'), 'CE_NUMBER at /data_base64/0');
});
