import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress } from './progress.ts';

/** A member of one partition that was given 0 to 4 and committed up to 2. */
function underWay() {
  const progress = createProgress();
  progress.assigned([0]);
  assert.equal(progress.firstNew(0, [0, 1, 2, 3, 4]), 0);
  progress.handedOut(0, 5);
  progress.committed(0, 2);
  return progress;
}

test('after a rebalance what was handed out before is left out, over as many answers as it takes', () => {
  const progress = underWay();
  progress.assigned([0, 1]);
  assert.equal(progress.firstNew(0, [2, 3]), 2);
  assert.equal(progress.firstNew(0, [4, 5, 6]), 1);
  assert.equal(progress.firstNew(0, [7]), 0);
  assert.equal(progress.firstNew(1, [0, 1]), 0);
});

test('a partition that came back goes on where another member left it', () => {
  const progress = underWay();
  progress.assigned([]);
  assert.equal(progress.owns(0), false);
  progress.assigned([0]);
  assert.equal(progress.owns(0), true);
  assert.equal(progress.firstNew(0, [9, 10]), 0);
});

test('offsets that somebody set back, and a topic made anew, are read from where they are now', () => {
  const progress = underWay();
  progress.assigned([0]);
  assert.equal(progress.firstNew(0, [0, 1, 2, 3]), 0);
  assert.equal(progress.firstNew(0, [4, 5]), 0);
  // Without a rebalance Kafka gives nothing again by itself.
  progress.handedOut(0, 6);
  assert.equal(progress.firstNew(0, [0]), 0);
});

test('an answer without records changes nothing', () => {
  const progress = underWay();
  progress.assigned([0]);
  assert.equal(progress.firstNew(0, []), 0);
  assert.equal(progress.firstNew(0, [3, 4, 5]), 2);
});

test('records that a rebalance dropped before they were handed out are read again before later ones', () => {
  const progress = underWay();
  assert.equal(progress.firstNew(0, [5, 6]), 0);
  progress.assigned([0]);
  assert.equal(progress.missingBefore(0, 7), 5);
  // Read again from there: the broker may have kept less.
  assert.equal(progress.missingBefore(0, 6), undefined);
});

test('so are those of a partition of which nothing was handed out yet', () => {
  const progress = createProgress();
  progress.assigned([0]);
  assert.equal(progress.firstNew(0, [3, 4]), 0);
  progress.assigned([0]);
  assert.equal(progress.missingBefore(0, 5), 3);
});

test('nothing is missing where the group goes on from its commits, or another member was at work', () => {
  const progress = underWay();
  progress.assigned([0]);
  assert.equal(progress.missingBefore(0, 2), undefined);
  progress.assigned([]);
  progress.assigned([0]);
  assert.equal(progress.missingBefore(0, 9), undefined);
  progress.handedOut(0, 10);
  progress.begun();
  progress.assigned([0]);
  assert.equal(progress.missingBefore(0, 20), undefined);
});
