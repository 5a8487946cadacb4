/**
 * How long a busy client waits for company, so that what comes meanwhile shares a request. The more went along the last
 * time, the more is likely to come; where few did, as in a run that is alone, nothing waits.
 */
const few = 4;
const longestMs = 5;

/** Milliseconds from the beginning of a request of so many records to that of the next. */
export const companyMs = (records: number): number => (records < few ? 0 : Math.min(longestMs, records));

/** Until `performance.now()` has come so far; at once where less than a timer can tell is missing. */
export async function until(time: number): Promise<void> {
  const missing = time - performance.now();
  if (missing >= 1) await new Promise((resolve) => setTimeout(resolve, missing));
}
