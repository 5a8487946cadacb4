import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkTopicShape } from './topic-shape.ts';

describe('the shape of a topic', () => {
  for (const name of ['workflow.request', 'a', 'A_b-9', 'x'.repeat(249)])
    it(`takes the name ${name.slice(0, 20)}`, () => {
      assert.doesNotThrow(() => {
        checkTopicShape({ name, partitions: 1 });
      });
    });
  for (const name of ['', 'a b', 'a/b', 'ä', 'x'.repeat(250)])
    it(`refuses the name ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.throws(() => {
        checkTopicShape({ name, partitions: 1 });
      }, /^InfrastructureError: TOPIC_NAME: /);
    });
  for (const partitions of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    it(`refuses ${partitions} partitions`, () => {
      assert.throws(() => {
        checkTopicShape({ name: 'a', partitions });
      }, /^InfrastructureError: TOPIC_PARTITIONS: /);
    });
});
