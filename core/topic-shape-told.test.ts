import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTopicShape } from './topic-shape.ts';

test('a topic that cannot be is told with what is wrong, what was expected and what to do', () => {
  assert.throws(
    () => {
      checkTopicShape({ name: '/'.repeat(81), partitions: 1 });
    },
    {
      message:
        `TOPIC_NAME: a topic cannot have this name. Got: "${'/'.repeat(80)}". ` +
        'Expected: 1 to 249 letters, digits, dots, underscores and hyphens, as on Kafka. Fix: choose such a name.',
    },
  );
  assert.throws(
    () => {
      checkTopicShape({ name: 'orders', partitions: 0.5 });
    },
    {
      message:
        'TOPIC_PARTITIONS: the topic orders cannot have this number of partitions. Got: 0.5. ' +
        'Expected: a whole number from 1. Fix: give such a number.',
    },
  );
});
