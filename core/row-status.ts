/** What the row of a run says of it, in every store. */
export const rowStatuses = [
  'running',
  'completed',
  'failed',
  'cancelled',
  'quarantined',
  'tombstone',
] as const;
export type RowStatus = (typeof rowStatuses)[number];

/** Undefined for what is none. */
export const parseRowStatus = (text: unknown): RowStatus | undefined =>
  rowStatuses.find((each) => each === text);
