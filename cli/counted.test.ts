import assert from 'node:assert/strict';
import { it } from 'node:test';
import { counted } from './counted.ts';

it('counts one as one, and says where counting ended', () => {
  assert.deepEqual(
    [counted(0, 'run'), counted(1, 'run', 100), counted(99, 'run', 100), counted(100, 'run', 100)],
    ['0 runs', '1 run', '99 runs', '100 or more runs'],
  );
});
