import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyChange, readPage } from './read-page.ts';

const fence = '```';
const block = (head: string, ...lines: string[]) => [`${fence}${head}`, ...lines, fence, ''].join('\n');

test('a page is files, changes and commands with what they print, in order', () => {
  const page = [
    block('yaml title="a/b.yaml"', 'name: b'),
    block('sh exit=2', './baton validate a/b.yaml'),
    block('text', 'a problem'),
    block('diff title="a/b.yaml"', '-name: b', '+name: c'),
    block('sh not-run', 'git clone'),
    block('sh background', './baton dev'),
    block('text', 'up'),
    block('ts', 'only to be read'),
  ].join('\n');
  const command = { type: 'command', exit: 0, background: false };
  assert.deepEqual(
    readPage(page).map(({ line: _, ...deed }) => deed),
    [
      { type: 'write', path: 'a/b.yaml', text: 'name: b\n' },
      { ...command, text: './baton validate a/b.yaml\n', prints: 'a problem\n', exit: 2 },
      { type: 'change', path: 'a/b.yaml', text: '-name: b\n+name: c\n' },
      { type: 'skipped', text: 'git clone\n' },
      { ...command, text: './baton dev\n', prints: 'up\n', background: true },
    ],
  );
});

test('a page that could be read in two ways is refused, with the line', () => {
  assert.throws(() => readPage(block('text', 'what of it?')), /line 1: an output without a command/);
  assert.throws(() => readPage(`\n${block('sh skip', 'x')}`), /line 2: unknown word 'skip'/);
  assert.throws(() => readPage(block('sh background', 'x')), /line 1: a command in the background needs/);
  assert.throws(() => readPage('```sh\nx\n'), /line 1: a block that does not end/);
});

test('a change is made in the one place it fits', () => {
  assert.equal(applyChange('a\nb\nc\n', ' a\n-b\n+B\n+D\n'), 'a\nB\nD\nc\n');
  assert.throws(() => applyChange('a\n', '-x\n+y\n'), /no place/);
  assert.throws(() => applyChange('a\nb\na\n', '-a\n+y\n'), /several places/);
});
