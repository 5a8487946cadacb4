import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseRowStatus, rowStatuses } from './row-status.ts';

it('a status is read as itself, and nothing else is one', () => {
  for (const status of rowStatuses) assert.equal(parseRowStatus(status), status);
  for (const other of ['', 'Running', 'toString', 0, null, undefined, ['running']])
    assert.equal(parseRowStatus(other), undefined);
});
