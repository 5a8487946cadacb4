import assert from 'node:assert/strict';
import { it } from 'node:test';
import { idHint } from './id-hint.ts';

it('a name that is no id is answered with the id nearest to it, where there is one to be shown', () => {
  const rows: Readonly<Record<string, string>> = {
    'fetch-data': "write 'fetch_data'",
    'a b -- c.d': "write 'a_b_c_d'",
    ünder: "write '_nder'",
    ['x-'.repeat(40)]: `write '${'x_'.repeat(32)}'`,
    '1st-step': 'choose another id',
    '-': 'choose another id',
    äöü: 'choose another id',
    '': 'choose another id',
    // Written with other signs it would not be taken for a key any more.
    'sk-proj-abcdef0123456789abcdef': 'choose another id',
  };
  for (const [name, hint] of Object.entries(rows)) assert.equal(idHint(name, 'id'), hint, name);
});
