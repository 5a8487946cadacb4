/** What the conformance suite runs against: a log, and a look at what its groups have committed. */
import { type Clock, type Log, type LogRecord } from '#core/ports.ts';
import { type Closable } from '#tests/contract/contract-suite.ts';

/** A record as any client of Kafka may write it. The key decides the partition, as Kafka's default partitioner has it. */
export type WrittenRecord = Pick<LogRecord, 'topic' | 'key' | 'value' | 'headers'>;

export interface EsmSubject extends Closable {
  readonly log: Log;
  append(records: readonly WrittenRecord[]): Promise<void>;
  /** By partition, the offset at which the group would go on after a restart; 0 where it committed nothing. */
  committed(topic: string, group: string): Promise<readonly number[]>;
  /** What the subject's topics are configured to: who gives a record its time. */
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
}

/**
 * Opens a fresh subject. `clock` begins at the present and then moves only as the cases say: a log in this process
 * stamps its records by it; brokers of their own stamp by theirs, which the cases allow for.
 */
export type OpenSubject = (clock: Clock) => Promise<EsmSubject>;
