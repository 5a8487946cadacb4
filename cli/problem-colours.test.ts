import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { paintProblem } from './problem-colours.ts';

const text = [
  'a b.yaml error[X]: not the form of a place, so it stays as it is',
  "flow.yaml:5:5 error[WF_UNKNOWN_FIELD]: unknown field 'agnet' in step 'a'",
  '5 |     agnet: app-designer',
  '        ^^^^^',
  'expected: agent, with',
  "help: did you mean 'agent'?",
  '',
  '1 problem',
].join('\n');

describe('paintProblem', () => {
  it('sets apart what is wrong, the caret and the labels, and changes no letter', () => {
    const painted = paintProblem(text, picocolors.createColors(true));
    assert.equal(stripVTControlCharacters(painted), text);
    const coloured = painted.split('\n').map((line) => line.includes('\u001b'));
    assert.deepEqual(coloured, [false, true, true, true, true, true, false, false]);
  });

  it('leaves the text as it is where there is no colour', () => {
    assert.equal(paintProblem(text, picocolors.createColors(false)), text);
  });
});
