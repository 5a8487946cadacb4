import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { table } from './table.ts';
import { wrap } from './text-width.ts';

describe('wrap', () => {
  it('breaks at spaces, never in a word, and indents what follows', () => {
    const text = '1.\n   design  agent\n\noutputs from steps.design.output, steps.terraform.output';
    assert.equal(
      wrap(text, 36),
      '1.\n   design  agent\n\noutputs from steps.design.output,\n      steps.terraform.output',
    );
    assert.equal(wrap(text, Infinity), text);
  });

  it('leaves a word that is longer than the line whole', () => {
    assert.equal(wrap('a bbbbbbbbbbbbbbbb c', 8), 'a\n      bbbbbbbbbbbbbbbb\n      c');
  });
});

describe('table', () => {
  const rows = [
    ['a', '1', ''],
    ['b', '', ''],
  ];

  it('leaves out columns at the end that are empty, on a terminal only', () => {
    assert.equal(table(['NAME', 'N', 'FAILURE'], rows, 80), 'NAME  N\na     1\nb');
    assert.equal(table(['NAME', 'N', 'FAILURE'], rows), 'NAME  N  FAILURE\na     1\nb');
  });

  it('cuts lines that are wider than the terminal, and shows that it did', () => {
    assert.equal(table(['NAME'], [['abcdefgh']], 5), 'NAME\nabcd…');
  });
});
