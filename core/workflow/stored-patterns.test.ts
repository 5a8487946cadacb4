/** Patterns that are refused in a file now, and that an earlier version has stored. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseDefinition, parseWorkflow } from './parse.ts';
import { validateInput } from './validate-input.ts';

const source = {
  name: 'shop',
  version: '1.0.0',
  inputs: { slug: { type: 'string', pattern: '^[a-z0-9]+[a-z0-9-]*[a-z0-9]+$' } },
  steps: { a: { agent: 'worker' } },
};

it('a definition that an earlier version accepted is still read, and its inputs checked (RX3)', () => {
  const file = parseWorkflow(JSON.stringify(source), { file: 'shop.json' });
  assert.deepEqual(file.ok || file.problems.map(({ code }) => code), ['WF_REGEX_UNSAFE']);
  const stored = parseDefinition(source);
  assert.ok(stored.ok);
  assert.equal(validateInput(stored.value, { slug: 'my-shop' }).ok, true);
  assert.equal(validateInput(stored.value, { slug: 'My shop' }).ok, false);
});

it('one that could never be used is refused wherever it is', () => {
  const endless = { ...source, inputs: { slug: { type: 'string', pattern: '(a+)+' } } };
  const stored = parseDefinition(endless);
  assert.deepEqual(stored.ok || stored.problems.map(({ code }) => code), ['WF_REGEX_UNSAFE']);
});
