import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeProblem } from './event-time.ts';

const brokerTime = Date.parse('2026-03-01T12:00:00.000Z');
const day = 24 * 60 * 60 * 1000;
const at = (ms: number): string => new Date(ms).toISOString();

test('an event is in time until the moment it expires, by the time of its record (ET1)', () => {
  assert.equal(timeProblem({ expirytime: at(brokerTime + 1) }, brokerTime), undefined);
  const problem = timeProblem({ expirytime: at(brokerTime) }, brokerTime);
  assert.deepEqual(problem, {
    code: 'CE_EXPIRED',
    message:
      'the event expired before it was read at /expirytime: got "2026-03-01T12:00:00.000Z"; expected a time after ' +
      'that of the record, 2026-03-01T12:00:00.000Z; send it again with a later expirytime, or without one',
    got: '"2026-03-01T12:00:00.000Z"',
    expected: 'a time after that of the record, 2026-03-01T12:00:00.000Z',
    hint: 'send it again with a later expirytime, or without one',
    retryable: false,
    path: '/expirytime',
  });
});

test('the clock of a sender may be a day ahead, and any time behind', () => {
  for (const time of [0, brokerTime - 365 * day, brokerTime, brokerTime + day])
    assert.equal(timeProblem({ time: at(time) }, brokerTime), undefined);
  const problem = timeProblem({ time: at(brokerTime + day + 1) }, brokerTime);
  assert.deepEqual(problem, {
    code: 'CE_TIME_SKEW',
    message:
      'the time of the event is too far from the time of its record at /time: got "2026-03-02T12:00:00.001Z"; ' +
      'expected at most a day after the time of the record, 2026-03-01T12:00:00.000Z; ' +
      'set the clock of the sender and send it again',
    got: '"2026-03-02T12:00:00.001Z"',
    expected: 'at most a day after the time of the record, 2026-03-01T12:00:00.000Z',
    hint: 'set the clock of the sender and send it again',
    retryable: false,
    path: '/time',
  });
});

test('nothing is said of an event without times, or of a record without one', () => {
  assert.equal(timeProblem({}, brokerTime), undefined);
  assert.equal(timeProblem({ expirytime: at(0), time: at(brokerTime) }, -1), undefined);
  assert.equal(timeProblem({ expirytime: at(0) }, 0)?.code, 'CE_EXPIRED');
});
