/** Commands for runs not known yet, in memory. The first entry of a (source, id) stays; others change nothing. */
import { type Inbox, type InboxEntry } from '#core/ports.ts';
import { type Synchronous } from './around.ts';

export interface MemoryInbox extends Synchronous<Inbox> {
  /** What is kept now. */
  entries(): readonly InboxEntry[];
}

export function createMemoryInbox(): MemoryInbox {
  const entries = new Map<string, InboxEntry>();

  return {
    put(entry) {
      const key = keyOf(entry);
      const there = entries.get(key);
      if (there === undefined) entries.set(key, entry);
      return { expireAt: (there ?? entry).expireAt };
    },
    claimDue: (now, retryEveryMs, limit) =>
      [...entries.values()]
        .filter((entry) => entry.retryAt <= now)
        .sort((a, b) => a.retryAt - b.retryAt)
        .slice(0, limit)
        .map((entry) => {
          const moved = { ...entry, retryAt: now + retryEveryMs };
          entries.set(keyOf(entry), moved);
          return moved;
        }),
    entries: () => [...entries.values()],
    remove(keys) {
      for (const key of keys) entries.delete(keyOf(key));
    },
  };
}

/** Both parts may hold any character, so the length of the first tells where it ends. */
const keyOf = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  `${source.length} ${source}${id}`;
