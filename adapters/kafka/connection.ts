/**
 * One connection of kafkajs, made when it is first needed and made anew after a failure: nothing of an outage, such as
 * a broker that moved or a topic that is gone, stays with a process.
 */
import { endsWithin, systemTimers } from '../timers.ts';

export interface Connection<T> {
  /** The connected client; all callers share one. Rejects as connecting does, and the next call tries again. */
  get(): Promise<T>;
  /** Gives `client` up, if it is still the one in use. */
  drop(client: T): void;
  /** Waits for the broker's part in it a second at most: a broker that hangs does not hold up the end. */
  close(): Promise<void>;
}

const closeMs = 1_000;

export function createConnection<T extends { disconnect(): Promise<void> }>(
  open: () => Promise<T>,
): Connection<T> {
  let current: Promise<T> | undefined;
  let connected: T | undefined;
  const ending = new Set<Promise<void>>();

  const end = (client: T): void => {
    const ended = client
      .disconnect()
      .catch(() => undefined)
      .finally(() => ending.delete(ended));
    ending.add(ended);
  };
  return {
    get() {
      if (current !== undefined) return current;
      const opening = open();
      current = opening;
      opening.then(
        (client) => (connected = client),
        () => {
          if (current === opening) current = undefined;
        },
      );
      return opening;
    },
    drop(client) {
      if (connected !== client) return;
      current = undefined;
      connected = undefined;
      end(client);
    },
    async close() {
      const dropped = current?.then(
        (client) => this.drop(client),
        () => undefined,
      );
      if (dropped !== undefined) await endsWithin(systemTimers, closeMs, dropped);
      await endsWithin(systemTimers, closeMs, Promise.all(ending));
    },
  };
}
