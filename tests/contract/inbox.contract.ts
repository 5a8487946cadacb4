/** The contract of `Inbox`, for every adapter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InboxEntry } from '#core/ports.ts';
import { type StoreSubject, contractSuite } from './contract-suite.ts';

const entry = (source: string, id: string, fields: Partial<InboxEntry> = {}): InboxEntry => ({
  source,
  id,
  record: { topic: 'workflow.command', key: 'run', value: Uint8Array.from([0, 1, 255]) },
  retryAt: 1_000,
  expireAt: 60_000,
  ...fields,
});

/** Bytes as a plain list, whatever view the adapter gives. */
const plain = (one: InboxEntry) => ({ ...one, record: { ...one.record, value: [...one.record.value] } });
const idsOf = (entries: readonly InboxEntry[]) => entries.map((one) => `${one.source} ${one.id}`).sort();

export function testInbox(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    test('an entry is given back as it was once it is due, its next time moved', async () => {
      const { inbox } = subject().store;
      const one = entry('/shop', '1');
      assert.deepEqual(await inbox.put(one), { expireAt: 60_000 });
      assert.deepEqual(await inbox.claimDue(999, 500, 10), []);
      const due = await inbox.claimDue(1_000, 500, 10);
      assert.deepEqual(due.map(plain), [plain({ ...one, retryAt: 1_500 })]);
      assert.deepEqual(await inbox.claimDue(1_499, 500, 10), []);
      assert.equal((await inbox.claimDue(1_500, 500, 10)).length, 1);
    });

    test('the first entry of a source and id stays; a second one is told when that ends', async () => {
      const { inbox } = subject().store;
      const first = entry('/shop', '1');
      await inbox.put(first);
      const other = { topic: 'other', key: 'other', value: Uint8Array.from([9]) };
      assert.deepEqual(
        await inbox.put(entry('/shop', '1', { record: other, retryAt: 1, expireAt: 99_000 })),
        {
          expireAt: 60_000,
        },
      );
      assert.deepEqual((await inbox.claimDue(2_000, 500, 10)).map(plain), [
        plain({ ...first, retryAt: 2_500 }),
      ]);
    });

    test('source and id together name an entry', async () => {
      const { inbox } = subject().store;
      for (const [source, id] of [
        ['/a', 'b c'],
        ['/a b', 'c'],
        ['/b', 'b c'],
      ] as const)
        await inbox.put(entry(source, id));
      assert.equal((await inbox.claimDue(2_000, 500, 10)).length, 3);
      await inbox.remove([{ source: '/a', id: 'b c' }]);
      assert.deepEqual(idsOf(await inbox.claimDue(9_000, 500, 10)), ['/a b c', '/b b c']);
    });

    test('a claim takes at most the limit, the longest due first', async () => {
      const { inbox } = subject().store;
      for (let n = 0; n < 5; n += 1) await inbox.put(entry('/shop', String(n), { retryAt: 1_000 - n }));
      assert.deepEqual(idsOf(await inbox.claimDue(2_000, 500, 2)), ['/shop 3', '/shop 4']);
      assert.deepEqual(idsOf(await inbox.claimDue(2_000, 500, 10)), ['/shop 0', '/shop 1', '/shop 2']);
    });

    test('a removed entry is gone, its key can be used again, and removing what is not there does nothing', async () => {
      const { inbox } = subject().store;
      await inbox.put(entry('/shop', '1'));
      await inbox.remove([
        { source: '/shop', id: '1' },
        { source: '/shop', id: 'none' },
      ]);
      await inbox.remove([]);
      assert.deepEqual(await inbox.claimDue(2_000, 500, 10), []);
      assert.deepEqual(await inbox.put(entry('/shop', '1', { expireAt: 70_000 })), { expireAt: 70_000 });
    });
  });
}
