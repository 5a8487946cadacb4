import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readConfig } from './config.ts';
import { knownSecrets } from './open-platform.ts';

it('hides secrets in log lines, but none so short that it would hide the words of every line', () => {
  const shown = (key: string) => {
    const config = readConfig({ OPENAI_API_KEY: key });
    return config.ok ? knownSecrets(config.value) : assert.fail();
  };
  assert.deepEqual(shown('sk-canary'), { OPENAI_API_KEY: 'sk-canary' });
  assert.deepEqual(shown('x'), {});
});
