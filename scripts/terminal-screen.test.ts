import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenOf } from './terminal-screen.ts';

test('a view that was redrawn stands as it was drawn last, in its colours', () => {
  const drawn =
    '$ run\r\n\u001b[36mrunning\u001b[39m  1s\r\n· a\r\n\u001b[2A\u001b[0J\u001b[32mdone\u001b[39m  2s\r\n';
  assert.deepEqual(screenOf(drawn), [
    [{ column: 0, text: '$ run', style: [] }],
    [
      { column: 0, text: 'done', style: [32] },
      { column: 4, text: '  2s', style: [] },
    ],
    [],
  ]);
});

test('a sequence that would not be drawn is refused', () => {
  assert.throws(() => screenOf('\u001b[5C'), /not drawn: "\\u001b\[5C"/);
});
