import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seededChoices } from './choices.ts';
import { partOf } from './part.ts';

const items = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3'];
const keyOf = (item: string): string => item.slice(0, 1);

it('a part is some of the items, never none and never all, those of one key in their order', () => {
  const drawn = new Set<string>();
  for (let seed = 1; seed <= 50; seed += 1) {
    const part = partOf(items, keyOf, seededChoices(seed));
    drawn.add(part.join(' '));
    assert.ok(part.length > 0 && part.length < items.length);
    assert.deepEqual(
      part,
      items.filter((item) => part.includes(item)),
    );
  }
  assert.ok(drawn.size > 3, [...drawn].join('; '));
});

it('of the items of one key only the end is missing', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const part = partOf(['a1', 'a2', 'a3'], keyOf, seededChoices(seed));
    assert.ok(['a1', 'a1 a2'].includes(part.join(' ')));
  }
});
