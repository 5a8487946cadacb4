import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '#core/json.ts';
import { parts, whereOf } from './where.ts';

describe('where time goes', () => {
  it('is told by the file of what is running', async () => {
    const list = Array.from({ length: 1000 }, (_, index) => ({ z: index, a: [index] }));
    const where = await whereOf(async () => {
      for (let round = 0; round < 200; round += 1) canonicalJson(list);
    });
    assert.deepEqual(Object.keys(where), Object.keys(parts));
    assert.ok(where.core > 0, 'codecs of core were running');
    assert.equal(where.sqlite, 0);
  });
});
