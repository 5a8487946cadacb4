/** The deliberate bugs keep up with the code, so that `npm run test:simulator-finds-bugs` can put each of them in. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bugs } from './bugs.ts';

for (const { name, file, from, to } of bugs)
  test(`the bug '${name}' has its place`, () => {
    assert.equal(readFileSync(file, 'utf8').split(from).length - 1, 1, `once in ${file}: ${from}`);
    assert.notEqual(from, to);
  });
