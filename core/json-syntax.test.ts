import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonSyntaxOffset } from './json-syntax.ts';

test('white space of every kind is passed over up to what cannot stand there', () => {
  for (const space of [' ', '\n', '\r', '\t']) {
    assert.equal(jsonSyntaxOffset(`${space}[${space}1${space}2]`), 5, JSON.stringify(space));
    assert.equal(jsonSyntaxOffset(`{"a"${space}1`), 5, JSON.stringify(space));
  }
  assert.equal(jsonSyntaxOffset('\u00a0[]'), 0);
});
