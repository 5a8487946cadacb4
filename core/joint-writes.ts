/**
 * Writes that concern log and store, each set in the order that the protocol demands. Where the two are separate things
 * it is so many calls in turn; where they are one file it is one transaction.
 * JW1. No record leaves whose commit, or result, is not stored.
 * JW2. Durable on return, all of it. Where it throws, it is unknown how far it came, in the order given.
 */
import { type InvocationStore } from './invocation-store.ts';
import { type Commit, type OutgoingRecord, type RunWrite } from './ports.ts';

export interface JointWrites {
  /**
   * `before` of all, commits, records, `after`: for each turn what became of its commit, as `CommitStore.insert` says,
   * and `stored` where it has none. A turn in conflict sends nothing, and nothing of its `after` is written.
   */
  storeAndSend(turns: readonly StoredTurn[]): Promise<readonly ('stored' | 'conflict')[]>;
  /**
   * Results, then their responses: for each whether it counts. Of a call that is owned no more nothing is sent.
   * `recorded` is told the id of each call whose result is stored, as soon as it is.
   */
  finishAndSend(calls: readonly FinishedCall[], recorded: (id: string) => void): Promise<readonly boolean[]>;
}

/** What one run's turn writes. */
export interface StoredTurn {
  /** Has to be there before the commit; stays where the commit is in conflict. */
  readonly before?: RunWrite;
  readonly commit?: Commit;
  readonly records: readonly OutgoingRecord[];
  readonly after: readonly RunWrite[];
}

export interface FinishedCall {
  /** The owned call to finish; absent where none is kept (`repeat`) or it is finished already. */
  readonly finish?: Parameters<InvocationStore['finish']>[0][number];
  /** Absent where an agent answers later. */
  readonly response?: OutgoingRecord;
}
