/** What the row of a run says of it, in every store. */
export const rowStatuses = [
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'quarantined',
  'tombstone',
] as const;
export type RowStatus = (typeof rowStatuses)[number];

/** Of a run that has not ended: the engine goes on with it, or only people are waited for. */
export const liveStatuses = ['running', 'waiting'] as const satisfies readonly RowStatus[];
export type LiveStatus = (typeof liveStatuses)[number];

export const isLive = (status: RowStatus | undefined): status is LiveStatus =>
  liveStatuses.some((live) => live === status);

/** Undefined for what is none. */
export const parseRowStatus = (text: unknown): RowStatus | undefined =>
  rowStatuses.find((each) => each === text);
