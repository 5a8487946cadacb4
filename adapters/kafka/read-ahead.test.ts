import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogRecord } from '#core/ports.ts';
import { createReadAhead } from './read-ahead.ts';

const record = (offset: number, size = 1): LogRecord => ({
  topic: 't',
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.alloc(size),
  headers: [],
});
const offsetsOf = (records: readonly LogRecord[]) => records.map(({ offset }) => offset);

test('a reader wakes once for all that came in one turn', async () => {
  const ahead = createReadAhead();
  const woken = ahead.forRecords(60_000, undefined);
  ahead.add([record(0)]);
  ahead.add([record(1)]);
  await woken;
  assert.deepEqual(offsetsOf(ahead.take(10)), [0, 1]);
});

test('a wait ends with its time, with its signal and when something happened, and leaves no timer behind', async () => {
  const ahead = createReadAhead();
  await ahead.forRecords(1, undefined);
  const stop = new AbortController();
  const aborted = ahead.forRecords(60_000, stop.signal);
  stop.abort();
  await aborted;
  const woken = Promise.all([ahead.forRecords(60_000, undefined), ahead.forRoom(60_000)]);
  ahead.wake();
  await woken;
});

test('it is full by number and by size, and who waits for room goes on when some was taken', async () => {
  const many = createReadAhead();
  many.add(Array.from({ length: 5_000 }, (_, offset) => record(offset)));
  assert.equal(many.isFull(), true);
  const room = many.forRoom(60_000);
  assert.equal(many.take(1).length, 1);
  await room;
  assert.equal(many.isFull(), false);

  const large = createReadAhead();
  large.add([record(0, 16 * 1024 * 1024)]);
  assert.equal(large.isFull(), true);
  large.clear();
  assert.deepEqual([large.isFull(), large.take(1)], [false, []]);
});

test('what is held back is kept, and goes out with what comes next', () => {
  const ahead = createReadAhead();
  ahead.add([record(0)]);
  ahead.hold();
  assert.deepEqual(ahead.take(10), []);
  ahead.add([record(1)]);
  assert.deepEqual(offsetsOf(ahead.take(10)), [0, 1]);
});
