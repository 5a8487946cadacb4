/** Commands for runs not known yet. The first entry of a (source, id) stays; others change nothing. */
import { type Inbox, type InboxEntry } from '#core/ports.ts';
import { type Row, bytes, number, text } from './columns.ts';
import { type Database, limit } from './database.ts';

export function createInbox(database: Database): Inbox {
  const insert = database.statement(`INSERT INTO inbox (source, id, topic, key, value, retry_at, expire_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const expiry = database.statement('SELECT expire_at FROM inbox WHERE source = ? AND id = ?');
  const due = database.statement(`SELECT rowid, source, id, topic, key, value, retry_at, expire_at FROM inbox
    WHERE retry_at <= ? ORDER BY retry_at ${limit}`);
  const move = database.statement('UPDATE inbox SET retry_at = ? WHERE rowid = ?');
  const remove = database.statement('DELETE FROM inbox WHERE source = ? AND id = ?');

  return {
    put: (entry) =>
      database.writer.durable(() => {
        const { source, id, record } = entry;
        insert.run(source, id, record.topic, record.key, record.value, entry.retryAt, entry.expireAt);
        return { expireAt: number(expiry.row(source, id) ?? [], 0) };
      }),
    async claimDue(now, retryEveryMs, limit) {
      if (database.read(() => due.row(now, 1)) === undefined) return [];
      // Sent again under the same id should this be lost: no need to wait for the disk.
      return database.writer.relaxed(() =>
        due.rows(now, limit).map((row) => {
          move.run(now + retryEveryMs, number(row, 0));
          return { ...toEntry(row), retryAt: now + retryEveryMs };
        }),
      );
    },
    async remove(keys) {
      if (keys.length === 0) return;
      await database.writer.durable(() => {
        for (const { source, id } of keys) remove.run(source, id);
      });
    },
  };
}

const toEntry = (row: Row): InboxEntry => ({
  source: text(row, 1),
  id: text(row, 2),
  record: { topic: text(row, 3), key: text(row, 4), value: bytes(row, 5) },
  retryAt: number(row, 6),
  expireAt: number(row, 7),
});
