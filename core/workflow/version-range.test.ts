import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lowest } from './version-range.ts';

it('the lowest version of a range is the first that is in it; an empty range has none', () => {
  assert.equal(lowest('^1.2'), '1.2.0');
  assert.equal(lowest('>1.2.3 <3'), '1.2.4');
  assert.equal(lowest('>2 <1'), undefined);
});
