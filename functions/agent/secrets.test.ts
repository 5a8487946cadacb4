import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withoutSecrets } from './secrets.ts';

it('masks a secret that contains another whole, whichever is named first', () => {
  const short = ['USER_KEY', 'canary-1'] as const;
  const long = ['ROOT_KEY', 'canary-1-and-the-rest'] as const;
  for (const secrets of [new Map([short, long]), new Map([long, short])]) {
    const shown = withoutSecrets({ text: `${short[1]} and ${long[1]}`, [long[1]]: `… ${long[1]}` }, secrets);
    assert.deepEqual(shown, {
      text: '[secret USER_KEY] and [secret ROOT_KEY]',
      '[secret ROOT_KEY]': '… [secret ROOT_KEY]',
    });
  }
});
