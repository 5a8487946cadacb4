/** Every row of the list is tested or waits for a part that is named; nothing is both, nothing is made up. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { rowIds } from './rows.ts';
import { partlyWaiting, waiting } from './waiting.ts';

/** Ids that begin a text in a test file: the title of a test, or the id in a table of them. */
function idsIn(text: string): readonly string[] {
  const titles = text.matchAll(/['"`]([A-Z]\d\d)(?:(?:–| and )([A-Z]\d\d))?(?=['"`:, ])/g);
  return [...titles].flatMap(([, first, second]) => [first, second]).filter((id) => id !== undefined);
}

// The tables that tests run through, too.
const files = globSync('tests/bad-input/{*.test,bad-*}.ts').filter(
  (file) => !file.endsWith('coverage.test.ts'),
);
const tested = new Set(files.flatMap((file) => idsIn(readFileSync(file, 'utf8'))));

describe('the list of bad input', () => {
  it('has no row that is neither tested nor waiting', () => {
    assert.deepEqual(
      rowIds.filter((id) => !tested.has(id) && !Object.hasOwn(waiting, id)),
      [],
    );
  });

  it('has no row that waits although it is tested', () => {
    assert.deepEqual(
      Object.keys(waiting).filter((id) => tested.has(id)),
      [],
      'move it out of waiting.ts, or to partlyWaiting',
    );
  });

  it('knows every row that is tested or waits', () => {
    const named = [...tested, ...Object.keys(waiting), ...Object.keys(partlyWaiting)];
    assert.deepEqual(
      named.filter((id) => !rowIds.includes(id)),
      [],
    );
  });

  it('tests what waits only in part', () => {
    assert.deepEqual(
      Object.keys(partlyWaiting).filter((id) => !tested.has(id)),
      [],
    );
  });

  it('would see a row that is missing', () => {
    assert.deepEqual(idsIn(`row('W01', 'x'); // W02\n it('H05 and H07: y'); ['X03', 'z']; \`K04: \``), [
      'W01',
      'H05',
      'H07',
      'X03',
      'K04',
    ]);
  });
});
