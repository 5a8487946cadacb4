/**
 * What one consumer has done in its topic, kept over rebalances and lost connections, after which Kafka gives again
 * everything since the last commit.
 * PR1. No record is handed out twice, unless the group's offsets were set back or the topic was made anew.
 * PR2. A partition that somebody else advanced meanwhile goes on where they left it.
 * PR3. No record is passed over: one that was read and dropped by a rebalance is read again before any later one.
 */
export interface Progress {
  /** Another membership begins, which reads from what the group has committed. */
  begun(): void;
  /** The member has these partitions now. Reading begins again at what the group has committed. */
  assigned(partitions: readonly number[]): void;
  owns(partition: number): boolean;
  /**
   * Where to read again, because records before `first`, the first of what comes, were dropped. kafkajs joins a group
   * again while it still fetches from other brokers: what they answer late counts as read, in the new assignment too.
   */
  missingBefore(partition: number, first: number): number | undefined;
  /** Of records as they come, which to take: the first index. */
  firstNew(partition: number, offsets: readonly number[]): number;
  handedOut(partition: number, nextOffset: number): void;
  committed(partition: number, nextOffset: number): void;
}

export function createProgress(): Progress {
  const handed = new Map<number, number>();
  const committed = new Map<number, number>();
  /** Of partitions just assigned, until what was handed out before is behind. */
  const resuming = new Map<number, { readonly handed: number; readonly committed: number }>();
  /** Of this membership, the next record to hand out. */
  const next = new Map<number, number>();
  /** The same at the latest assignment, of partitions that stayed, until the first records have come. */
  let expected = new Map<number, number>();
  let owned = new Set<number>();

  return {
    begun: () => next.clear(),
    assigned(partitions) {
      owned = new Set(partitions);
      for (const partition of next.keys()) if (!owned.has(partition)) next.delete(partition);
      expected = new Map(next);
      resuming.clear();
      for (const partition of partitions) {
        const before = handed.get(partition);
        if (before !== undefined)
          resuming.set(partition, { handed: before, committed: committed.get(partition) ?? 0 });
      }
    },
    owns: (partition) => owned.has(partition),
    missingBefore(partition, first) {
      const from = expected.get(partition);
      expected.delete(partition);
      return from !== undefined && first > from ? from : undefined;
    },
    firstNew(partition, offsets) {
      const before = resuming.get(partition);
      const [first] = offsets;
      if (first !== undefined && !next.has(partition)) next.set(partition, first);
      if (before === undefined || first === undefined) return 0;
      // Before what this consumer itself has committed: somebody set the group back on purpose.
      const start = first < before.committed ? 0 : offsets.findIndex((offset) => offset >= before.handed);
      if (start >= 0) resuming.delete(partition);
      return start < 0 ? offsets.length : start;
    },
    handedOut(partition, nextOffset) {
      handed.set(partition, nextOffset);
      next.set(partition, nextOffset);
    },
    committed: (partition, nextOffset) => void committed.set(partition, nextOffset),
  };
}
