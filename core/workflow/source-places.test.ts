/** Offsets and lines, where lines begin and end: at the edges of a text. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { endOfLine, lineAt, placedText } from './source-places.ts';

it('lines begin after every break, also after one that the text begins with', () => {
  const source = placedText('\nab\ncd');
  assert.deepEqual(source.lineStarts, [0, 1, 4]);
  assert.deepEqual(
    [1, 2, 3].map((line) => lineAt(source, line)),
    ['\n', 'ab\n', 'cd'],
  );
  assert.deepEqual(
    [0, 1, 2, 4, 6].map((offset) => endOfLine(source, offset)),
    [0, 3, 3, 6, 6],
  );
});
