import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type LogConsumer } from '#core/ports.ts';
import { type Embedded, openEmbedded } from './open.ts';

const topic = 'read';
const partitions = 3;

describe('a reader in the process that appends', () => {
  let folder: string;
  let here: Embedded;
  let consumer: LogConsumer;
  const open = (): Embedded => openEmbedded({ folder, clock: { now: () => 1 } });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'baton-reader-'));
    here = open();
    await here.log.createTopics([{ name: topic, partitions }]);
    consumer = await here.log.consumer({ topic, group: 'g' });
  });
  afterEach(async () => {
    await here.close();
    rmSync(folder, { recursive: true });
  });

  const record = (text: string) => ({ topic, key: '', value: Buffer.from(text), headers: [] });
  const poll = async (maxRecords: number, maxWaitMs = 0) =>
    (await consumer.poll({ maxRecords, maxWaitMs })).map(({ partition, offset, value }) => ({
      partition,
      offset,
      text: Buffer.from(value ?? []).toString(),
    }));
  /** Everything, in bites of `size`, until nothing comes for a while. */
  async function rest(size: number) {
    const all = [];
    for (let found = await poll(size, 200); found.length > 0; found = await poll(size, 200))
      all.push(...found);
    return all;
  }
  const texts = (count: number, name: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${name}-${index}`);

  it('finds each record once and in order, also those that another connection put in between', async () => {
    const other = open();
    await poll(100);
    const wanted: string[] = [];
    for (const [round, name] of texts(12, 'round').entries()) {
      const mine = texts(4, name);
      await (round % 3 === 1 ? other : here).log.publish(mine.map(record));
      wanted.push(...mine);
    }
    const found = await rest(5);
    assert.deepEqual(found.map(({ text }) => text).sort(), [...wanted].sort());
    for (let partition = 0; partition < partitions; partition += 1) {
      const offsets = found.filter((one) => one.partition === partition).map(({ offset }) => offset);
      assert.deepEqual(offsets, [...offsets.keys()]);
    }
    await other.close();
  });

  it('that lags behind by more than it may hold reads the rest from the database', async () => {
    await poll(100);
    const large = 'x'.repeat(500_000);
    for (const name of texts(20, 'large')) await here.log.publish([record(`${name} ${large}`)]);
    const found = await rest(3);
    assert.deepEqual(
      found.map(({ text }) => text.slice(0, text.indexOf(' '))).sort(),
      [...texts(20, 'large')].sort(),
    );
  });

  it('keeps what it was told, whatever the publisher does with its bytes afterwards', async () => {
    await poll(100);
    const value = Buffer.from('as published');
    const name: readonly [string, Uint8Array] = ['n', Buffer.from('as sent')];
    await here.log.publish([{ topic, key: 'k', value, headers: [name] }]);
    value.fill(0);
    name[1].fill(0);
    const [found] = await consumer.poll({ maxRecords: 1, maxWaitMs: 0 });
    assert.equal(Buffer.from(found?.value ?? []).toString(), 'as published');
    assert.equal(Buffer.from(found?.headers[0]?.[1] ?? []).toString(), 'as sent');
    assert.equal(Buffer.from(found?.key ?? []).toString(), 'k');
  });
});
