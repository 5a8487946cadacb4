import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { companyMs } from './company.ts';

describe('waiting for company', () => {
  it('does not happen after few records, as a run alone makes them', () => {
    assert.deepEqual([0, 1, 2, 3].map(companyMs), [0, 0, 0, 0]);
  });

  it('takes longer the more records went together, up to 5 ms', () => {
    assert.deepEqual([4, 5, 100].map(companyMs), [4, 5, 5]);
  });
});
