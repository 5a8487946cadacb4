/** Letter E, the codec: what a record gets that is no event Baton takes. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { decodeEvent } from '#core/cloud-event.ts';
import { badEvents } from './bad-events.ts';
import { assertFourParts } from './error-contract.ts';
import { row } from './rows.ts';

/** E01 to E06 and E08 to E14 are in `bad-events.ts`, with the tombstone of K01. */
const inThisList = ['E01', 'E02', 'E03', 'E04', 'E05', 'E06', 'E08', 'E09', 'E10', 'E11', 'E12', 'E13', 'E14', 'K01']; // prettier-ignore

describe('bad events', () => {
  for (const bad of badEvents)
    row(bad.id, `${bad.what} gives ${bad.code}`, () => {
      const before = Object.getOwnPropertyNames(Object.prototype);
      const decoded = decodeEvent(bad);
      assert.ok(!decoded.ok, 'it was accepted');
      assertFourParts(decoded.problem, bad.code);
      assert.equal(decoded.problem.retryable, false, 'the same bytes are wrong again next time');
      if (bad.path !== undefined) assert.equal(decoded.problem.path, bad.path);
      if (bad.says !== undefined) assert.match(decoded.problem.message, bad.says);
      assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
    });

  row('E01', 'every row of the codec is in the list', () => {
    assert.deepEqual([...new Set(badEvents.map(({ id }) => id))].sort(), inThisList);
  });
});
