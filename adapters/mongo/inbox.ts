/** Commands for runs not known yet. The first entry of a (source, id) stays; others change nothing. */
import { Binary } from 'mongodb';
import { sha256 } from '#core/json.ts';
import { type Inbox, type InboxEntry } from '#core/ports.ts';
import { durable, relaxed } from './client.ts';
import { type Database, type InboxDocument } from './database.ts';
import { bytes, number, stored } from './fields.ts';
import { updateStamped } from './stamped.ts';
import { isDuplicateKey } from './store-error.ts';

export function createInbox(database: Database): Inbox {
  const { inbox, guarded } = database;
  return {
    put: (entry) => guarded(() => put(database, entry)),
    claimDue: (now, retryEveryMs, limit) =>
      guarded(async () => {
        if (limit < 1) return [];
        const due = { retryAt: { $lte: now } };
        const found = await inbox.find(due, { sort: { retryAt: 1 }, limit }).toArray();
        const retryAt = now + retryEveryMs;
        // Sent again under the same id should this be lost with the primary: no need to wait for a majority.
        const claimed = await updateStamped(
          inbox,
          found.map((one) => ({ id: one._id, where: due, set: { retryAt } })),
          relaxed,
        );
        return found.filter((_, index) => claimed[index] === true).map((one) => toEntry(one, retryAt));
      }),
    remove: (keys) =>
      guarded(async () => {
        if (keys.length > 0) await inbox.deleteMany({ _id: { $in: keys.map(keyOf) } }, durable);
      }),
  };
}

async function put({ inbox }: Database, entry: InboxEntry): Promise<{ readonly expireAt: number }> {
  const { source, id, record, retryAt, expireAt } = entry;
  const $setOnInsert = {
    entry: JSON.stringify({ source, id, topic: record.topic, key: record.key }),
    value: new Binary(record.value),
    retryAt,
    expireAt,
  };
  const options = { upsert: true, returnDocument: 'after', projection: { expireAt: 1 }, ...durable } as const;
  const upsert = async () => inbox.findOneAndUpdate({ _id: keyOf(entry) }, { $setOnInsert }, options);
  try {
    return { expireAt: number((await upsert()) ?? {}, 'expireAt') };
  } catch (error) {
    // Two first entries at once: the later one finds the earlier when it asks again.
    if (!isDuplicateKey(error)) throw error;
    return { expireAt: number((await upsert()) ?? {}, 'expireAt') };
  }
}

const keyOf = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  sha256(JSON.stringify([source, id]));

type Names = Pick<InboxEntry, 'source' | 'id'> & Pick<InboxEntry['record'], 'topic' | 'key'>;

function toEntry(document: InboxDocument, retryAt: number): InboxEntry {
  const { source, id, topic, key } = stored<Names>(document, 'entry');
  return {
    source,
    id,
    record: { topic, key, value: bytes(document, 'value') },
    retryAt,
    expireAt: number(document, 'expireAt'),
  };
}
