import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inTurns } from './in-turns.ts';

interface Write {
  readonly items: readonly number[];
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

const neverSent = new Error('never sent');
const size = 1024 * 1024;

/** Items are numbers of megabytes, and their answers are what they are as text. */
function start() {
  const writes: Write[] = [];
  const write = inTurns<number, string>({
    write: (items) =>
      new Promise((resolve, reject) => {
        writes.push({ items, answer: () => resolve(items.map(String)), fail: reject });
      }),
    sizeOf: (item) => item * size,
    isNeverSent: (error) => error === neverSent,
  });
  return { write, writes, at: (index: number) => writes[index] ?? assert.fail(`no write ${index}`) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('writes in turns', () => {
  it('begin at once where none is under way', () => {
    const { write, writes } = start();
    void write([1]);
    assert.equal(writes.length, 1);
  });

  it('take along what was asked for meanwhile, and answer each call for its own items', async () => {
    const { write, writes, at } = start();
    const first = write([1]);
    const [second, third] = [write([2, 3]), write([1])];
    at(0).answer();
    assert.deepEqual(await first, ['1']);
    await turn();
    assert.deepEqual(at(1).items, [2, 3, 1]);
    at(1).answer();
    assert.deepEqual(await Promise.all([second, third]), [['2', '3'], ['1']]);
    assert.equal(writes.length, 2);
  });

  it('are made again one by one where one of several calls cannot be written', async () => {
    const { write, at } = start();
    const first = write([1]);
    const [good, bad] = [write([2]), write([3])];
    at(0).answer();
    await first;
    await turn();
    at(1).fail(new Error('one of them'));
    await turn();
    at(2).answer();
    at(3).fail(new Error('its own'));
    assert.deepEqual(await good, ['2']);
    await assert.rejects(bad, /its own/);
  });

  it('fail together where nothing was sent', async () => {
    const { write, writes, at } = start();
    const first = write([1]);
    const others = [write([2]), write([3])];
    at(0).answer();
    await first;
    await turn();
    at(1).fail(neverSent);
    for (const other of others) await assert.rejects(other, neverSent);
    assert.equal(writes.length, 2);
  });

  it('hold so much each, and a larger call goes alone', async () => {
    const { write, writes, at } = start();
    const calls = [write([1]), write([5]), write([2]), write([9]), write([1])];
    for (let index = 0; index < 4; index += 1) {
      at(index).answer();
      await turn();
    }
    await Promise.all(calls);
    assert.deepEqual(
      writes.map(({ items }) => items),
      [[1], [5, 2], [9], [1]],
    );
  });

  it('do not wait for ever for one that hangs', async () => {
    const { write, writes, at } = start();
    void write([1]);
    const second = write([2]);
    while (writes.length < 2) await turn();
    at(1).answer();
    assert.deepEqual(await second, ['2']);
  });
});
