import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isLive, parseRowStatus, rowStatuses } from './row-status.ts';

it('a status is read as itself, and nothing else is one', () => {
  for (const status of rowStatuses) assert.equal(parseRowStatus(status), status);
  for (const other of ['', 'Running', 'toString', 0, null, undefined, ['running']])
    assert.equal(parseRowStatus(other), undefined);
});

it('a run that runs or waits for people is live, any other is not', () => {
  assert.deepEqual(
    rowStatuses.filter((status) => isLive(status)),
    ['running', 'waiting'],
  );
  assert.equal(isLive(undefined), false);
});
